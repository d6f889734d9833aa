"""The drawing in Mermaid's flowchart language (https://mermaid.js.org/syntax/flowchart.html), for Markdown pages."""

from flowc.ir.drawing.outline import outline
from flowc.ir.drawing.picture import Arrow, Box, picture_of
from flowc.ir.graph import Step
from flowc.ir.json_form import step_type
from flowc.ir.regions import RegionTree

_DASHED = "stroke-dasharray: 6 4"


def mermaid_of(tree: RegionTree) -> str:
    """Return a structured flow as a Mermaid flowchart: regions as subgraphs, loops dashed, ways back dotted."""
    picture = picture_of(tree)
    names = {box: f"box{number}" for number, box in enumerate(picture.boxes)}
    lines = ["flowchart TB"]
    for depth, part in outline(picture.root):
        indent = "  " * min(depth, 20)
        if part is None:
            lines.append(f"{indent}end")
        elif isinstance(part, Box):
            lines.append(f"{indent}subgraph {names[part]}[{_quoted(part.title)}]")
        else:
            lines.append(f"{indent}{_node(tree, tree.graph.by_name[part])}")
    lines += [f"  {_edge(arrow)}" for arrow in picture.arrows]
    lines += [f"  style {names[box]} {_DASHED}" for box in picture.boxes if box.kind == "loop"]
    return "\n".join(lines) + "\n"


def _node(tree: RegionTree, step: Step) -> str:
    text = _quoted(step.name)
    if step.name in (tree.graph.start, tree.graph.end):
        return f"step_{step.name}([{text}])"
    return f"step_{step.name}{{{{{text}}}}}" if step_type(tree.graph, step) == "switch" else f"step_{step.name}[{text}]"


def _edge(arrow: Arrow) -> str:
    line = "-.->" if arrow.back else "-->"
    label = f"|{_quoted(arrow.label)}|" if arrow.label is not None else ""
    return f"step_{arrow.source} {line}{label} step_{arrow.target}"


def _quoted(text: str) -> str:
    """Text in quotes; what Mermaid or its HTML would read is spelt by number, as its entity codes are."""
    return '"' + "".join(sign if sign.isalnum() or sign in " _-.,:…'" else f"#{ord(sign)};" for sign in text) + '"'
