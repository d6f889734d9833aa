"""The drawing in Graphviz's language (https://graphviz.org/doc/info/lang.html)."""

from flowc.ir.drawing.outline import outline
from flowc.ir.drawing.picture import Arrow, Box, picture_of
from flowc.ir.graph import Step
from flowc.ir.json_form import step_type
from flowc.ir.regions import RegionTree

_HEAD = [
    "  rankdir=TB;",
    '  node [shape=box, style=rounded, fontname="monospace", fontsize=11];',
    '  edge [fontname="monospace", fontsize=9];',
    '  graph [fontname="monospace", fontsize=10, labeljust=l];',
]


def dot_of(tree: RegionTree) -> str:
    """Return a structured flow as a Graphviz digraph: regions as clusters, loops and ways back dashed."""
    picture = picture_of(tree)
    names = {box: f"cluster_{number}" for number, box in enumerate(picture.boxes)}
    lines = [f"digraph {_quoted(tree.graph.name)} {{", *_HEAD]
    for depth, part in outline(picture.root):
        indent = "  " * min(depth, 20)
        if part is None:
            lines.append(f"{indent}}}")
        elif isinstance(part, Box):
            style = "rounded,dashed" if part.kind == "loop" else "rounded"
            lines.append(f'{indent}subgraph {names[part]} {{ label={_quoted(part.title)}; style="{style}";')
        else:
            lines.append(f"{indent}{_node(tree, tree.graph.by_name[part])}")
    lines += [f"  {_edge(arrow)}" for arrow in picture.arrows]
    return "\n".join([*lines, "}"]) + "\n"


def _node(tree: RegionTree, step: Step) -> str:
    kind = step_type(tree.graph, step)
    if step.name in (tree.graph.start, tree.graph.end):
        return f"{_quoted(step.name)} [shape=oval];"
    return f"{_quoted(step.name)} [shape=hexagon];" if kind == "switch" else f"{_quoted(step.name)};"


def _edge(arrow: Arrow) -> str:
    marks = [f"label={_quoted(arrow.label)}"] if arrow.label is not None else []
    marks += ["style=dashed", "constraint=false"] if arrow.back else []
    listed = f" [{', '.join(marks)}]" if marks else ""
    return f"{_quoted(arrow.source)} -> {_quoted(arrow.target)}{listed};"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
