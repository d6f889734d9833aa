"""Options that `compile`, `deploy` and `diff` share: settings given by hand, and how findings are shown."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from flowc.errors import UsageError
from flowc.settings import Assigned

if TYPE_CHECKING:
    from flowc.api import CompileResult

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

_OPTIONS: Final = (
    ("root", click.option("--root", metavar="URL", help="Store that the tasks use, such as s3://bucket/prefix.")),
    ("image", click.option("--image", metavar="IMAGE", help="Container image of the steps, where they run in containers.")),
    ("python", click.option("--python", metavar="PATH", help="Interpreter that runs the steps on a worker.")),
    (
        "argo.version",
        click.option(
            "--argo-version",
            "version",
            type=click.Choice(("3.6", "3.7", "4.0", "4.1")),
            help="The oldest Argo Workflows that must take the files.",
        ),
    ),
    (
        "airflow.operator",
        click.option(
            "--operator", type=click.Choice(("bash", "kubernetes")), help="On Airflow, a step is a process of the worker or a pod."
        ),
    ),
    (
        "airflow.keep_failed_pods",
        click.option("--keep-failed-pods", is_flag=True, default=None, help="On Airflow, leave pods that failed in the cluster."),
    ),
    (
        "airflow.max_map_length",
        click.option("--max-map-length", type=click.IntRange(min=1), metavar="N", help="The site's Airflow setting [core] max_map_length."),
    ),
)
"""Each with the setting that it gives."""


def target_options(function: Decorated) -> Decorated:
    """Add the options to a command, which takes `env` and hands all others on to `overrides`."""
    function = click.option("--set", "assignments", metavar="KEY=VALUE", multiple=True, help="Give any setting, as in airflow.pool=ml.")(
        function
    )
    for _, option in reversed(_OPTIONS):
        function = option(function)
    return click.option("--env", metavar="NAME", help="Settings table env.NAME of the project.")(function)


def overrides(assignments: Sequence[str] = (), **given: Any) -> dict[str, Any]:
    """Return the settings that were given by hand, by key; raises UsageError for an assignment that is none."""
    found = {key: given[name] for key, _ in _OPTIONS if given.get(name := _parameter(key)) is not None}
    for assignment in assignments:
        key, equals, text = assignment.partition("=")
        if not equals or not key.strip():
            raise UsageError(f"--set {assignment!r} is no assignment", help="write --set KEY=VALUE, as in --set airflow.pool=ml")
        found[key.strip()] = Assigned(text.strip())
    return found


def _parameter(key: str) -> str:
    return key.rpartition(".")[2]


def show_findings(result: "CompileResult") -> None:
    """Write the findings to standard error."""
    import sys

    from flowc.diagnostics.render import render

    if result.diagnostics:
        click.echo(render(result.diagnostics, result.sources, color=sys.stderr.isatty()), err=True, nl=False)
