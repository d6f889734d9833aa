"""Options that `compile` and `deploy` share: settings given by hand, and how findings are shown."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from flowc.settings import OPERATORS

if TYPE_CHECKING:
    from flowc.api import CompileResult

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--env", metavar="NAME", help="Settings table env.NAME of the project."),
    click.option("--root", metavar="URL", help="Store that the tasks use, such as s3://bucket/prefix."),
    click.option("--python", metavar="PATH", help="Interpreter that runs the steps on a worker."),
    click.option("--operator", type=click.Choice(OPERATORS), help="On Airflow, a step is a process of the worker or a pod."),
    click.option("--image", metavar="IMAGE", help="Container image of the steps, where they are pods."),
    click.option("--keep-failed-pods", is_flag=True, default=None, help="Leave pods that failed in the cluster."),
    click.option("--max-map-length", type=click.IntRange(min=1), metavar="N", help="The site's Airflow setting [core] max_map_length."),
)


def target_options(function: Decorated) -> Decorated:
    """Add the options to a command; it takes them by their names."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def overrides(**given: Any) -> dict[str, Any]:
    """Return the settings that were given by hand."""
    return {name: value for name, value in given.items() if value is not None}


def show_findings(result: "CompileResult") -> None:
    """Write the findings to standard error."""
    import sys

    from flowc.diagnostics.render import render

    if result.diagnostics:
        click.echo(render(result.diagnostics, result.sources, color=sys.stderr.isatty()), err=True, nl=False)
