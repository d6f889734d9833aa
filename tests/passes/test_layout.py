"""The geometry of drawings: nothing overlaps, nothing is missing, nothing is drawn twice."""

import re
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from support.notation import parse_graph
from support.random_trees import region_trees, structured

from flowc.ir.drawing.layout import Layout, Rectangle, lay_out, text_width
from flowc.ir.drawing.picture import Box, Picture, picture_of
from flowc.ir.drawing.svg import svg_of
from flowc.ir.regions import RegionTree

TREES = [
    graph
    for graph, expected in (
        line.split(" => ")
        for line in (Path(__file__).parent / "regions.txt").read_text().partition("# refused")[0].splitlines()
        if line and not line.startswith("#")
    )
]


@pytest.mark.parametrize("text", TREES)
def test_table_cases_lie_well(text: str) -> None:
    check_drawing(structured(parse_graph(re.sub(r"\w+", r"\g<0>_step", text))))


@settings(max_examples=50, deadline=None)
@given(region_trees(max_depth=4, max_steps=40))
def test_random_trees_lie_well(tree: RegionTree) -> None:
    check_drawing(tree)


@pytest.mark.parametrize(
    "text",
    [
        " ".join(f"s{i}>s{i + 1}" for i in range(3000)),
        " ".join(f"s{i}>end|s{i + 1}" for i in range(60)) + " s60>end",
        " ".join(f"s{i}>s{i + 1}|s{i + 2}" for i in range(40)) + " s40>s41",
        "w>" + ",".join(f"b{i}" for i in range(60)) + " " + " ".join(f"b{i}>j" for i in range(60)) + " j!>end",
    ],
    ids=["long", "deep", "tangled", "wide"],
)
def test_large_flows_are_drawn(text: str) -> None:
    tree = structured(parse_graph(text))
    check_svg(tree, svg_of(tree))


def check_drawing(tree: RegionTree) -> None:
    picture = picture_of(tree)
    layout = lay_out(picture)
    edges = {(step.name, target) for step in tree.graph.steps for target in step.targets}
    assert layout.steps.keys() == tree.graph.by_name.keys()
    assert sorted((arrow.source, arrow.target) for arrow in layout.lines) == sorted(edges)
    check_rectangles(picture, layout)
    check_lines(layout)
    check_svg(tree, svg_of(tree))


def check_rectangles(picture: Picture, layout: Layout) -> None:
    for box in picture.boxes:
        inner = [layout.boxes[part] if isinstance(part, Box) else layout.steps[part] for part in box.parts]
        inner += [line.label for arrow, line in layout.lines.items() if line.label is not None and picture.home[arrow.source] is box]
        if box is not picture.root:
            inner.append(title_of(box, layout))
        for one, other in combinations(inner, 2):
            assert apart(one, other), f"{one} and {other} overlap in {box.title}"
        for rectangle in inner:
            assert inside(rectangle, layout.boxes[box]), f"{rectangle} sticks out of {box.title}"
    names = [part for box in picture.boxes for part in box.parts if not isinstance(part, Box)]
    assert sorted(names) == sorted(layout.steps), "every step stands in one box"


def title_of(box: Box, layout: Layout) -> Rectangle:
    x, base = layout.titles[box]
    return Rectangle(x, base - 9, text_width(box.title, 11), 12)


def check_lines(layout: Layout) -> None:
    for arrow, line in layout.lines.items():
        source, target = layout.steps[arrow.source], layout.steps[arrow.target]
        assert line.points[0] == pytest.approx((source.x + source.width / 2, source.y + source.height), abs=0.1)
        assert line.points[-1] == pytest.approx((target.x + target.width / 2, target.y), abs=0.1)
        titles = {f"the title of {box.title}": title_of(box, layout) for box in layout.titles}
        for step, rectangle in (layout.steps | titles).items():
            for one, other in pairwise(line.points):
                reach = Rectangle(min(one[0], other[0]), min(one[1], other[1]), abs(one[0] - other[0]), abs(one[1] - other[1]))
                assert apart(reach, rectangle), f"{arrow.source} -> {arrow.target} runs across {step}"


def apart(one: Rectangle, other: Rectangle) -> bool:
    slack = 0.05
    return (
        one.x + one.width <= other.x + slack
        or other.x + other.width <= one.x + slack
        or one.y + one.height <= other.y + slack
        or other.y + other.height <= one.y + slack
    )


def inside(inner: Rectangle, outer: Rectangle) -> bool:
    return (
        inner.x >= outer.x
        and inner.y >= outer.y
        and inner.x + inner.width <= outer.x + outer.width
        and inner.y + inner.height <= outer.y + outer.height
    )


def check_svg(tree: RegionTree, text: str) -> None:
    root = ElementTree.fromstring(text)
    steps = [found for element in root.iter() if (found := element.get("data-step"))]
    edges = [(element.get("data-from"), element.get("data-to")) for element in root.iter() if element.get("data-from")]
    assert steps == [step.name for step in tree.graph.steps]
    assert sorted(edges) == sorted((step.name, target) for step in tree.graph.steps for target in step.targets)
    assert all(float(number) > 0 for number in numbers(root.get("viewBox"))[2:])


def numbers(text: str | None) -> list[str]:
    return re.findall(r"-?\d+(?:\.\d+)?", text or "")
