"""`flowc trigger`: starts a run of a deployed flow. The flow's parameters stand behind FLOW, flowc's options on either side."""

import json
import math
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from flowc.cli.flow_argument import parse_flow_argument
from flowc.cli.operate_options import operations_of, output_format, run_facts, target_settings
from flowc.cli.output import say
from flowc.cli.target_options import overrides
from flowc.errors import UsageError

if TYPE_CHECKING:
    from flowc.ir.graph import FlowGraph

OPTIONS: tuple[click.Parameter, ...] = (
    *target_settings(),
    click.Option(["--run-id"], metavar="ID", help="Name of the run; by default the scheduler names it."),
    output_format(),
)


class _TriggerCommand(click.Command):
    """Shows in its usage line what stands behind FLOW."""

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return the pieces behind the command's name."""
        return ["FLOW", "--target T", "[OPTIONS]", "[--PARAMETER VALUE ...]"]


def _callback(flow: str, arguments: Sequence[str], **options: Any) -> int:
    from dataclasses import replace

    from flowc.api import check
    from flowc.cli.flow_parameters import parse_flow_arguments
    from flowc.diagnostics.render import render
    from flowc.settings import load_settings

    named = parse_flow_argument(flow)
    result = check(named.path, named.name)
    if not result.ok:
        click.echo(render(result.diagnostics, result.sources, color=sys.stderr.isatty()), err=True, nl=False)
        return 1
    graph = result.flow.graph
    given, behind = parse_flow_arguments(graph, f"flowc trigger {flow}", arguments, OPTIONS)
    behind["assignments"] = (*options["assignments"], *behind["assignments"])
    options |= {name: value for name, value in behind.items() if value is not None and (name != "form" or value != "text")}
    settings = load_settings(result.project_root, options["env"]).with_overrides(overrides(options["assignments"]))
    name = replace(graph, environment=settings.environment).deployed_name
    values = _values(graph, given, settings.root, name)
    operations = operations_of(result.project_root, options["target"], options["env"], options["airflow_url"], options["assignments"])
    run = operations.trigger(name, options["run_id"], values)
    if options["form"] == "json":
        say(json.dumps({"schema": 1, "flow": name, **run_facts(run)}, indent=2, ensure_ascii=False) + "\n")
    else:
        say(f"{run.run}\n")
        if run.address:
            click.echo(f"flowc: {run.address}", err=True)
    return 0


def _values(graph: "FlowGraph", given: Mapping[str, Any], root: str | None, flow: str) -> dict[str, Any]:
    """The values as they travel: JSON. Raises UsageError for one that cannot, EngineError where the store does not take a file."""
    from flowc.client.given_files import file_argument

    kinds = {parameter.name: parameter.type for parameter in graph.parameters}
    for name, value in given.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise UsageError(f"--{name}: {value} cannot travel to the scheduler, JSON has no such number")
        if isinstance(value, str) and not _is_unicode(value):
            raise UsageError(f"--{name}: {value!r} cannot travel to the scheduler, it is no Unicode text")
    return {name: file_argument(value, name, root, flow) if kinds[name] == "file" else value for name, value in given.items()}


def _is_unicode(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


command = _TriggerCommand(
    "trigger",
    callback=_callback,
    params=[
        *OPTIONS,
        click.Argument(["flow"], metavar="FLOW"),
        click.Argument(["arguments"], metavar="", nargs=-1, type=click.UNPROCESSED),
    ],
    help="Start a run of FLOW (train.py, or train.py:TrainFlow) on the scheduler to which it is deployed, and print the run's id.\n\n"
    "Options behind FLOW may also be the flow's parameters: `flowc trigger FLOW --help` lists them.",
    context_settings={"allow_interspersed_args": False, "ignore_unknown_options": False},
)
