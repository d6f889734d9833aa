"""`flowc graph`: the flow graph and the region tree, to read or to look at."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal, assert_never

import click

from flowc.cli.flow_argument import parse_flow_argument
from flowc.cli.output import say

if TYPE_CHECKING:
    from flowc.ir.regions import RegionTree

Form = Literal["text", "json", "mermaid", "dot", "svg"]
FORMS: tuple[Form, ...] = ("text", "json", "mermaid", "dot", "svg")


@click.command()
@click.argument("flow", metavar="FLOW")
@click.option("--format", "form", type=click.Choice(FORMS), default="text", show_default=True)
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write to FILE instead of standard output."
)
def command(flow: str, form: Form, output: Path | None) -> int:
    """Show the graph of FLOW (train.py, or train.py:TrainFlow) and its regions; exit 1 if it has errors."""
    from flowc.api import check
    from flowc.diagnostics.render import render
    from flowc.errors import FlowcError

    named = parse_flow_argument(flow)
    result = check(named.path, named.name)
    if not result.ok:
        click.echo(render(result.diagnostics, result.sources, color=sys.stderr.isatty()), err=True, nl=False)
        return 1
    tree = result.flow.tree
    assert tree is not None, "a flow without errors has a region tree"
    text = _written(tree, form)
    if output is None:
        say(text)
        return 0
    try:
        output.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise FlowcError(f"cannot write {output}: {error.strerror or error}") from error
    return 0


def _written(tree: "RegionTree", form: Form) -> str:
    match form:
        case "text":
            from flowc.ir.listing import list_tree

            return list_tree(tree)
        case "json":
            from flowc.ir.json_form import flow_json

            return json.dumps(flow_json(tree.graph, tree), indent=2, ensure_ascii=False) + "\n"
        case "mermaid":
            from flowc.ir.drawing.mermaid import mermaid_of

            return mermaid_of(tree)
        case "dot":
            from flowc.ir.drawing.dot import dot_of

            return dot_of(tree)
        case "svg":
            from flowc.ir.drawing.svg import svg_of

            return svg_of(tree)
        case other:
            assert_never(other)
