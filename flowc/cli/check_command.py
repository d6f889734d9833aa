"""`flowc check`: every finding of the flows, for the language or for given targets."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from flowc.cli.flow_argument import parse_flow_argument
from flowc.cli.output import say, wants_color

if TYPE_CHECKING:
    from flowc.api import CheckResult
    from flowc.diagnostics import Report

FORMATS = ("full", "concise", "json", "github")


@click.command()
@click.argument("flows", metavar="FLOW...", nargs=-1, required=True)
@click.option("--target", "targets", metavar="T", multiple=True, help="Also check what this target can do; may be repeated.")
@click.option("--env", metavar="NAME", help="Settings table env.NAME of the project, for targets.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="full", show_default=True)
def command(flows: Sequence[str], targets: Sequence[str], env: str | None, form: str) -> int:
    """Report every finding of each FLOW (train.py, or train.py:TrainFlow); exit 1 if any is an error."""
    from flowc.api import check
    from flowc.diagnostics import Report, Severity
    from flowc.diagnostics.render import FORMATS as KNOWN
    from flowc.diagnostics.render import render
    from flowc.diagnostics.summary import summarise

    known = next(name for name in KNOWN if name == form)
    named = [parse_flow_argument(flow) for flow in flows]
    results = [check(flow.path, flow.name) for flow in named]
    report = Report()
    for target in dict.fromkeys(targets):
        for result in results:
            _check_target(result, target, env, report)
    found = list(dict.fromkeys(diagnostic for result in results for diagnostic in result.diagnostics))
    found.extend(diagnostic for diagnostic in report.diagnostics if diagnostic not in found)
    sources = {name: source for result in results for name, source in result.sources.items()}
    say(render(found, sources, format=known, color=wants_color()))
    if form in ("full", "concise"):
        say(summarise(found, [str(flow.path) for flow in named]) + "\n")
    return int(any(diagnostic.severity is Severity.ERROR for diagnostic in found))


def _check_target(result: "CheckResult", target: str, env: str | None, report: "Report") -> None:
    """Report what the target cannot do; a flow with errors of the language is left alone."""
    from flowc.backends.base import Options
    from flowc.backends.capabilities import check_capabilities
    from flowc.backends.registry import load_backend, other_backends
    from flowc.ir.plan import build_plan
    from flowc.settings import load_settings

    backend = load_backend(target)
    if not result.ok:
        return
    settings = load_settings(result.project_root, env)
    options = Options(root=settings.root, python=settings.python, image=settings.image, max_map_length=settings.max_map_length)
    for flow in result.flows:
        if flow.tree is not None:
            check_capabilities(flow.tree, backend, report, others=other_backends(target))
            backend.check(flow.tree, build_plan(flow.tree), options, report)
