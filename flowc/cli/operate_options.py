"""What `trigger`, `status` and `terminate` share: their options, the target that these lead to, a run as JSON."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flowc.cli.target_options import overrides
from flowc.errors import UsageError

if TYPE_CHECKING:
    from flowc.backends.operations import Operations, RunState


def target_settings() -> list[click.Parameter]:
    """Return the options that say where a flow is deployed; a command takes them as `target`, `env`, `airflow_url` and `assignments`."""
    return [
        click.Option(["--target"], metavar="T", help="The scheduler to which the flow is deployed.  [required]"),
        click.Option(["--env"], metavar="NAME", help="Settings table env.NAME of the project."),
        click.Option(["--set", "assignments"], metavar="KEY=VALUE", multiple=True, help="Give any setting, as in argo.namespace=ml."),
        click.Option(["--airflow-url"], metavar="URL", help="Address of Airflow's API server; by default that of the project's settings."),
    ]


def output_format() -> click.Option:
    """Return the option `--format`, which a command takes as `form`."""
    return click.Option(["--format", "form"], type=click.Choice(["text", "json"]), default="text", show_default=True)


def operations_of(
    project_root: Path, target: str | None, env: str | None, airflow_url: str | None, assignments: Sequence[str]
) -> "Operations":
    """Return what acts on the flows that a project deploys to `target`.

    Raises UsageError where the options and settings do not lead there.
    """
    from flowc.backends.registry import load_operations
    from flowc.settings import load_settings

    if target is None:
        raise UsageError("no target is named", help="say --target airflow")
    settings = load_settings(project_root, env)
    given = overrides(assignments) if airflow_url is None else {**overrides(assignments), "airflow.url": airflow_url}
    return load_operations(target, settings.with_overrides(given))


def deployed_flow(
    flow: str, target: str | None, env: str | None, airflow_url: str | None, assignments: Sequence[str]
) -> tuple[str, "Operations"]:
    """Return (deployed name, what acts on it) of a flow named by its file (train.py, or train.py:TrainFlow) or by its deployed name."""
    from flowc.cli.flow_argument import parse_flow_argument
    from flowc.cli.store_argument import flow_in_file
    from flowc.client.root import project_root_above

    if parse_flow_argument(flow).path.suffix == ".py":
        name, project_root = flow_in_file(flow, env)
    else:
        name, project_root = flow, project_root_above(Path.cwd())
    return name, operations_of(project_root, target, env, airflow_url, assignments)


def run_facts(run: "RunState") -> dict[str, Any]:
    """Return what is known of a run, for JSON."""
    from flowc.cli.times import iso

    return {
        "run": run.run,
        "state": run.state,
        "ended": run.ended,
        "started_at": iso(run.started_at),
        "finished_at": iso(run.ended_at),
        "address": run.address,
    }
