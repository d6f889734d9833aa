"""`flowc targets`: what each target can do, from its capability table, or what each can do with one flow."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from flowc.cli.flow_argument import FlowArgument, parse_flow_argument
from flowc.cli.output import say, wants_color

if TYPE_CHECKING:
    from flowc.backends.capabilities import Support
    from flowc.backends.constructs import Construct


@click.command()
@click.argument("flow", metavar="[FLOW]", required=False)
@click.option("--env", metavar="NAME", help="Settings table env.NAME of the project, where a FLOW is given.")
def command(flow: str | None, env: str | None) -> int:
    """Print how each target does each construct of the language; with FLOW, whether each target compiles it, and what is in the way."""
    if flow is None:
        _print_tables()
    else:
        _print_report(parse_flow_argument(flow), env)
    return 0


def _print_tables() -> None:
    from flowc.backends.registry import TARGETS, load_backend

    for place, name in enumerate(TARGETS):
        usual = load_backend(name).capabilities
        say("\n" if place else "")
        for options, form in load_backend(name).forms.items():
            table = form.capabilities
            changed = [construct for construct in table if not options or table[construct] != usual[construct]]
            say(f"\n{name} {options}, where it differs\n" if options else f"{name}\n")
            _print_rows(table, changed)


def _print_rows(table: "Mapping[Construct, Support]", constructs: "Sequence[Construct]") -> None:
    width = max(len(construct.value) for construct in table)
    for construct in constructs:
        row = table[construct]
        said = row.text if row.issue is None else f"{row.text} (issue {row.issue})"
        if row.warns:
            said += f"; warns: {row.warns}"
        say(f"  {construct.value:<{width}}  {row.stance.value:<8} {said}\n")


def _print_report(flow: FlowArgument, env: str | None) -> None:
    from flowc.api import compile_flows
    from flowc.backends.registry import TARGETS
    from flowc.diagnostics.render import render

    for target in TARGETS:
        result = compile_flows([(flow.path, flow.name)], [target], env=env)
        say(f"{target}: {'compiles' if result.ok else 'does not compile'}\n")
        say(render(result.diagnostics, result.sources, format="concise", color=wants_color()))
