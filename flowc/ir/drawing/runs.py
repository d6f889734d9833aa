"""Runs: the stretch of each arrow inside each box it passes, from a part to a part, or through the top or bottom of the box."""

from collections.abc import Mapping
from dataclasses import dataclass

from flowc.ir.drawing.picture import Arrow, Box, Part, Picture
from flowc.ir.graph import StepName


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Run:
    """`source` None: comes in at the top. `target` None: goes out at the bottom, or, where it `returns`, round the loop."""

    arrow: Arrow
    source: Part | None
    target: Part | None
    label: str | None = None
    returns: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Runs:
    """The runs in each box, and for each arrow the boxes it passes with its run there, in the order of its way."""

    inside: Mapping[Box, list[Run]]
    ways: Mapping[Arrow, list[tuple[Box, Run]]]


def find_runs(picture: Picture) -> Runs:
    """Return how each arrow of `picture` passes through the boxes."""
    depth = {picture.root: 0}
    for box in picture.boxes[1:]:
        assert box.parent is not None, "only the root has no box around it"
        depth[box] = depth[box.parent] + 1
    inside: dict[Box, list[Run]] = {box: [] for box in picture.boxes}
    ways: dict[Arrow, list[tuple[Box, Run]]] = {}
    for arrow in picture.arrows:
        ways[arrow] = _way_back(arrow, picture.home) if arrow.back else _way_on(arrow, picture.home, depth)
        for box, run in ways[arrow]:
            inside[box].append(run)
    return Runs(inside, ways)


def _way_on(arrow: Arrow, home: Mapping[StepName, Box], depth: Mapping[Box, int]) -> list[tuple[Box, Run]]:
    up: list[tuple[Box, Run]] = []
    down: list[tuple[Box, Run]] = []
    source: Part = arrow.source
    target: Part = arrow.target
    outer, inner = home[arrow.source], home[arrow.target]
    label = arrow.label
    while outer is not inner:
        if depth[outer] >= depth[inner]:
            up.append((outer, Run(arrow, source, None, label)))
            label = None
            source, outer = outer, _around(outer)
        else:
            down.append((inner, Run(arrow, None, target)))
            target, inner = inner, _around(inner)
    return [*up, (outer, Run(arrow, source, target, label)), *reversed(down)]


def _way_back(arrow: Arrow, home: Mapping[StepName, Box]) -> list[tuple[Box, Run]]:
    loop = home[arrow.target]
    way: list[tuple[Box, Run]] = []
    source: Part = arrow.source
    box, label = home[arrow.source], arrow.label
    while box is not loop:
        way.append((box, Run(arrow, source, None, label)))
        label = None
        source, box = box, _around(box)
    return [*way, (loop, Run(arrow, source, None, label, returns=True))]


def _around(box: Box) -> Box:
    assert box.parent is not None, "boxes meet at the root at the latest"
    return box.parent
