"""`flowc check`: every finding of the flows, for the language or for given targets."""

from collections.abc import Sequence

import click

from flowc.cli.flow_argument import parse_flow_argument
from flowc.cli.output import say, wants_color

FORMATS = ("full", "concise", "json", "github")


@click.command()
@click.argument("flows", metavar="FLOW...", nargs=-1, required=True)
@click.option("--target", "targets", metavar="T", multiple=True, help="Also report what compiling for this target would; may be repeated.")
@click.option("--env", metavar="NAME", help="Settings table env.NAME of the project, for targets.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="full", show_default=True)
def command(flows: Sequence[str], targets: Sequence[str], env: str | None, form: str) -> int:
    """Report every finding of each FLOW (train.py, or train.py:TrainFlow); exit 1 if any is an error."""
    from flowc.api import CheckResult, CompileResult, check, compile_flows
    from flowc.diagnostics import Severity
    from flowc.diagnostics.render import FORMATS as KNOWN
    from flowc.diagnostics.render import render
    from flowc.diagnostics.summary import summarise

    known = next(name for name in KNOWN if name == form)
    named = [parse_flow_argument(flow) for flow in flows]
    results: Sequence[CheckResult | CompileResult]
    if targets:
        results = [compile_flows([(flow.path, flow.name)], targets, env=env) for flow in named]
    else:
        results = [check(flow.path, flow.name) for flow in named]
    found = list(dict.fromkeys(diagnostic for result in results for diagnostic in result.diagnostics))
    sources = {name: source for result in results for name, source in result.sources.items()}
    say(render(found, sources, format=known, color=wants_color()))
    if form in ("full", "concise"):
        say(summarise(found, [str(flow.path) for flow in named]) + "\n")
    return int(any(diagnostic.severity is Severity.ERROR for diagnostic in found))
