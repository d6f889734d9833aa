"""The drawing as SVG: one file, no script, readable in light and dark."""

from html import escape
from itertools import pairwise

from flowc.ir.drawing.layout import Layout, Line, Point, Rectangle, lay_out
from flowc.ir.drawing.picture import Box, Picture, picture_of
from flowc.ir.graph import Step
from flowc.ir.json_form import step_type
from flowc.ir.regions import RegionTree

_STYLE = """
svg { color-scheme: light dark; --paper: #ffffff; --ink: #1f2933; --soft: #52606d; --line: #7b8794; --card: #ffffff; --edge: #9aa5b1; }
@media (prefers-color-scheme: dark) {
  svg { --paper: #14181d; --ink: #e4e7eb; --soft: #9aa5b1; --line: #7b8794; --card: #1f262e; --edge: #616e7c; }
}
.paper { fill: var(--paper); }
text { font: 13px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: var(--ink); text-anchor: middle; }
.title, .label text { font-size: 11px; fill: var(--soft); }
.title { text-anchor: start; paint-order: stroke; stroke: var(--paper); stroke-width: 3px; }
.box rect { rx: 10px; stroke-width: 1.2; fill-opacity: .06; }
.split rect { stroke: #2f80ed; fill: #2f80ed; }
.foreach rect { stroke: #219653; fill: #219653; }
.gang rect { stroke: #9b51e0; fill: #9b51e0; }
.switch rect { stroke: #d98200; fill: #d98200; }
.loop rect { stroke: #d64545; fill: #d64545; stroke-dasharray: 6 4; }
.step rect { rx: 8px; fill: var(--card); stroke: var(--edge); stroke-width: 1.2; }
.step.start rect, .step.end rect { rx: 17px; stroke: var(--ink); }
.step.switches rect { stroke: #d98200; }
.step.opens rect { stroke: #2f80ed; }
.step.joins rect { stroke-width: 2.4; }
.edge { fill: none; stroke: var(--line); stroke-width: 1.3; marker-end: url(#head); }
.edge.back { stroke: #d64545; stroke-dasharray: 5 4; marker-end: url(#back-head); }
.label rect { fill: var(--paper); rx: 4px; }
#head path { fill: var(--line); }
#back-head path { fill: #d64545; }
"""

_MARKER = (
    '<marker id="{id}" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0 0.6 L8 4 L0 7.4 z"/></marker>'
)

_MARGIN = 12.0
_CORNER = 6.0


def svg_of(tree: RegionTree) -> str:
    """Return the drawing of a structured flow as an SVG document; the same bytes for the same tree."""
    picture = picture_of(tree)
    layout = lay_out(picture)
    width, height = layout.width + 2 * _MARGIN, layout.height + 2 * _MARGIN
    title = escape(f"flow {tree.graph.name}")
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}" height="{_n(height)}" '
            f'viewBox="{_n(-_MARGIN)} {_n(-_MARGIN)} {_n(width)} {_n(height)}" role="img" aria-label="{title}">',
            f"<title>{title}</title>",
            f"<style>{_STYLE}</style>",
            f"<defs>{_MARKER.format(id='head')}{_MARKER.format(id='back-head')}</defs>",
            f'<rect class="paper" x="{_n(-_MARGIN)}" y="{_n(-_MARGIN)}" width="{_n(width)}" height="{_n(height)}"/>',
            *(_box(box, layout.boxes[box]) for box in picture.boxes[1:]),
            *_edges(picture, layout),
            *(_title(box, layout.titles[box]) for box in picture.boxes[1:]),
            *(_step(tree, step, layout.steps[step.name]) for step in tree.graph.steps),
            "</svg>\n",
        ]
    )


def _box(box: Box, at: Rectangle) -> str:
    return f'<g class="box {box.kind}">{_rect(at)}</g>'


def _title(box: Box, at: Point) -> str:
    return f'<text class="title" x="{_n(at[0])}" y="{_n(at[1])}">{escape(box.title)}</text>'


def _edges(picture: Picture, layout: Layout) -> list[str]:
    drawn = []
    for arrow in picture.arrows:
        line = layout.lines[arrow]
        kind = "edge back" if arrow.back else "edge"
        ends = f'data-from="{escape(arrow.source)}" data-to="{escape(arrow.target)}"'
        drawn.append(f'<path class="{kind}" {ends} d="{_path(line)}"/>')
    for arrow in picture.arrows:
        at = layout.lines[arrow].label
        if at is not None and arrow.label is not None:
            text = f'<text x="{_n(at.x + at.width / 2)}" y="{_n(at.y + 13)}">{escape(arrow.label)}</text>'
            drawn.append(f'<g class="label">{_rect(at)}{text}</g>')
    return drawn


def _step(tree: RegionTree, step: Step, at: Rectangle) -> str:
    place = tree.places[step.name]
    kind = step_type(tree.graph, step)
    classes = ["step"]
    classes += ["start"] if step.name == tree.graph.start else []
    classes += ["end"] if step.name == tree.graph.end else []
    classes += ["switches"] if kind == "switch" else []
    classes += ["opens"] if place.join is not None else []
    classes += ["joins"] if place.opener is not None else []
    hint = " ".join([kind, *(f"@{decorator.name}" for decorator in step.decorators)])
    return (
        f'<g class="{" ".join(classes)}" data-step="{escape(step.name)}"><title>{escape(f"{step.name}: {hint}")}</title>{_rect(at)}'
        f'<text x="{_n(at.x + at.width / 2)}" y="{_n(at.y + at.height / 2 + 4.5)}">{escape(step.name)}</text></g>'
    )


def _rect(at: Rectangle) -> str:
    return f'<rect x="{_n(at.x)}" y="{_n(at.y)}" width="{_n(at.width)}" height="{_n(at.height)}"/>'


def _path(line: Line) -> str:
    points = line.points
    commands = [f"M{_p(points[0])}"]
    for index, (here, there) in enumerate(pairwise(points), start=1):
        if not _is_square(here, there):
            middle = (here[1] + there[1]) / 2
            commands.append(f"C{_p((here[0], middle))} {_p((there[0], middle))} {_p(there)}")
        elif index + 1 < len(points) and _turns(here, there, points[index + 1]):
            after = points[index + 1]
            commands.append(f"L{_p(_towards(there, here))} Q{_p(there)} {_p(_towards(there, after))}")
        else:
            commands.append(f"L{_p(there)}")
    return " ".join(commands)


def _is_square(one: Point, two: Point) -> bool:
    return abs(one[0] - two[0]) < 0.01 or abs(one[1] - two[1]) < 0.01


def _turns(one: Point, two: Point, three: Point) -> bool:
    return _is_square(two, three) and (abs(one[0] - two[0]) < 0.01) != (abs(two[0] - three[0]) < 0.01)


def _towards(corner: Point, other: Point) -> Point:
    """A point near `corner` on the way to `other`, at most half way."""
    length = abs(corner[0] - other[0]) + abs(corner[1] - other[1])
    part = min(_CORNER, length / 2) / length
    return corner[0] + (other[0] - corner[0]) * part, corner[1] + (other[1] - corner[1]) * part


def _p(point: Point) -> str:
    return f"{_n(point[0])} {_n(point[1])}"


def _n(value: float) -> str:
    """A number with one decimal at most, never `-0`."""
    text = f"{value:.1f}"
    text = text.removesuffix(".0")
    return "0" if text == "-0" else text
