"""Layout: where boxes, steps, labels and lines lie. Boxes are laid out from the inside out, then put into place.

Inside a box, runs keep to slots of their own while they pass a row and slant only between rows. So a line crosses no step and
no box but those it must leave or enter, and boxes never overlap.
"""

from dataclasses import dataclass
from itertools import pairwise
from unicodedata import east_asian_width

from flowc.ir.drawing.columns import spread
from flowc.ir.drawing.picture import Arrow, Box, Part, Picture
from flowc.ir.drawing.rows import Link, Rows, Slot, lay_rows
from flowc.ir.drawing.runs import Run, find_runs
from flowc.ir.graph import StepName

STEP_HEIGHT = 34.0
LABEL_HEIGHT = 18.0
TITLE_HEIGHT = 24.0
ROW_GAP = 28.0
PART_GAP = 26.0
LINE_GAP = 14.0
PADDING = 16.0
TITLE_INDENT = 10.0
TITLE_GAP = 4.0
LANE = 12.0
SWEEPS = 8
LARGE = 20_000
LARGE_SWEEPS = 2
"""A box of more slots than `LARGE`, which nobody looks at as a whole, is straightened less."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Left, top, width, height; y grows downwards."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Line:
    """An arrow's way from the bottom of its source to the top of its target; where its label stands, if it has one."""

    points: tuple[Point, ...]
    label: Rectangle | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Layout:
    """Everything in place, in one system of coordinates from (0, 0) to (`width`, `height`).

    `titles` has the left end of each title's base line.
    """

    width: float
    height: float
    boxes: dict[Box, Rectangle]
    titles: dict[Box, Point]
    steps: dict[StepName, Rectangle]
    lines: dict[Arrow, Line]


def text_width(text: str, size: float) -> float:
    """Return about how wide `text` is in a font of `size`; rather more than less."""
    return sum(size if east_asian_width(sign) in "WF" else size * 0.62 for sign in text)


def lay_out(picture: Picture) -> Layout:
    """Return the layout of `picture`."""
    runs = find_runs(picture)
    laid: dict[Box, _Inside] = {}
    for box in reversed(picture.boxes):
        laid[box] = _Inside(box, runs.inside[box], laid)
    corners: dict[Box, Point] = {picture.root: (0.0, 0.0)}
    steps: dict[StepName, Rectangle] = {}
    for box in picture.boxes:
        left, top = corners[box]
        for part, (x, y, width, height) in laid[box].placed():
            if isinstance(part, Box):
                corners[part] = (left + x, top + y)
            else:
                steps[part] = Rectangle(left + x, top + y, width, height)
    lines: dict[Arrow, Line] = {}
    for arrow, way in runs.ways.items():
        points: list[Point] = []
        label: Rectangle | None = None
        for box, run in way:
            left, top = corners[box]
            points += [(left + x, top + y) for x, y in laid[box].points(run)]
            spot = laid[box].label_of(run)
            if spot is not None:
                label = Rectangle(left + spot.x, top + spot.y, spot.width, spot.height)
        lines[arrow] = Line(_straightened(points), label)
    boxes = {box: Rectangle(*corners[box], laid[box].width, laid[box].height) for box in picture.boxes}
    titles = {box: (boxes[box].x + laid[box].title_left, boxes[box].y + 15) for box in picture.boxes[1:]}
    return Layout(laid[picture.root].width, laid[picture.root].height, boxes, titles, steps, lines)


class _Inside:
    """One box laid out by itself: its size, and where parts and runs lie in it, from its upper left corner."""

    def __init__(self, box: Box, runs: list[Run], laid: "dict[Box, _Inside]") -> None:
        self.laid = laid
        self.returns = [run for run in runs if run.returns]
        self.grid: Rows = lay_rows(box.parts, runs, self.side)
        self.slots = {slot.part: slot for row in self.grid.rows for slot in row if slot.part is not None}
        for row in self.grid.rows:
            for slot in row:
                slot.width, slot.height = self.size(slot)
        self.place_columns()
        self.place_rows(box)

    def size(self, slot: Slot) -> tuple[float, float]:
        if isinstance(slot.part, Box):
            return self.laid[slot.part].width, self.laid[slot.part].height
        if slot.part is not None:
            return max(text_width(slot.part, 13) + 24, 48.0), STEP_HEIGHT
        return (text_width(slot.label, 11) + 10, LABEL_HEIGHT) if slot.label is not None else (2.0, 0.0)

    # --- columns --------------------------------------------------------------------------------------------------------

    def place_columns(self) -> None:
        for row in self.grid.rows:
            self.spread_row(row, [0.0] * len(row), [1.0] * len(row))
        slots = sum(len(row) for row in self.grid.rows)
        for sweep in range(SWEEPS if slots <= LARGE else LARGE_SWEEPS):
            downward = sweep % 2 == 0
            for row in self.grid.rows if downward else reversed(self.grid.rows):
                self.settle(row, downward=downward)
        for row in self.grid.rows:
            self.settle(row, downward=None)

    def settle(self, row: list[Slot], *, downward: bool | None) -> None:
        """Move a row to where the rows above, below, or both, want it."""
        wanted, weights = [], []
        for slot in row:
            pulls: list[tuple[float, float]] = []
            if downward is not False:
                pulls += [(link.upper.x + self.out_of(link) - self.into(link), _pull(link)) for link in slot.above]
            if downward is not True:
                pulls += [(link.lower.x + self.into(link) - self.out_of(link), _pull(link)) for link in slot.below]
            total = sum(weight for _, weight in pulls)
            wanted.append(sum(x * weight for x, weight in pulls) / total if pulls else slot.x)
            weights.append(total or 0.1)
        self.spread_row(row, wanted, weights)

    def spread_row(self, row: list[Slot], wanted: list[float], weights: list[float]) -> None:
        distances = [
            (left.width + right.width) / 2 + (PART_GAP if left.part is not None and right.part is not None else LINE_GAP)
            for left, right in pairwise(row)
        ]
        for slot, x in zip(row, spread(wanted, weights, distances), strict=True):
            slot.x = x

    def out_of(self, link: Link) -> float:
        """How far from the centre of its upper slot the link begins."""
        return self.port(link.upper, link.run, leaves=True)

    def into(self, link: Link) -> float:
        """How far from the centre of its lower slot the link ends."""
        return self.port(link.lower, link.run, leaves=False)

    def port(self, slot: Slot, run: Run, *, leaves: bool) -> float:
        if not isinstance(slot.part, Box):
            return 0.0
        inside = self.laid[slot.part]
        return (inside.exits if leaves else inside.entries)[run.arrow] - inside.width / 2

    def side(self, slot: Slot, run: Run, leaves: bool) -> float:
        if not isinstance(slot.part, Box):
            return 0.5
        return 0.5 + self.port(slot, run, leaves=leaves) / self.laid[slot.part].width

    # --- rows -----------------------------------------------------------------------------------------------------------

    def place_rows(self, box: Box) -> None:
        slots = [slot for row in self.grid.rows for slot in row]
        left = min(slot.x - slot.width / 2 for slot in slots)
        right = max(slot.x + slot.width / 2 for slot in slots)
        framed = box.kind != "flow"
        lanes = LANE * len(self.returns)
        self.title = text_width(box.title, 11) if framed else 0.0
        self.width = right - left + 2 * PADDING + lanes
        shift = (self.width - lanes - (right - left)) / 2 - left
        for slot in slots:
            slot.x += shift
        y = (TITLE_HEIGHT if framed else 0.0) + (lanes + PADDING / 2 if lanes else 0.0 if framed else PADDING)
        self.tops: list[float] = []
        self.bottoms: list[float] = []
        for row in self.grid.rows:
            self.tops.append(y)
            self.bottoms.append(y + max(slot.height for slot in row))
            y = self.bottoms[-1] + ROW_GAP
        self.height = y - ROW_GAP + PADDING + lanes
        self.entries = {run.arrow: self.end_of(run, first=True) for run in self.grid.chains if run.source is None}
        self.exits = {run.arrow: self.end_of(run, first=False) for run in self.grid.chains if run.target is None and not run.returns}
        self.title_left = self.place_title() if framed else 0.0

    def end_of(self, run: Run, *, first: bool) -> float:
        chain = self.grid.chains[run]
        slot = chain[0 if first else -1]
        return slot.x + self.port(slot, run, leaves=not first)

    def placed(self) -> list[tuple[Part, tuple[float, float, float, float]]]:
        """Return every part with its left, top, width and height."""
        return [(part, (slot.x - slot.width / 2, self.top(slot), slot.width, slot.height)) for part, slot in self.slots.items()]

    def top(self, slot: Slot) -> float:
        """The top of a slot, which stands in the middle of its row."""
        return (self.tops[slot.row] + self.bottoms[slot.row] - slot.height) / 2

    def place_title(self) -> float:
        """Where the title begins: as far left as no line comes in through it. Makes the box wider where it must."""
        begin = TITLE_INDENT
        for line in sorted(set(self.entries.values())):
            if line - begin >= self.title + TITLE_GAP:
                break
            begin = max(begin, line + TITLE_GAP)
        self.width = max(self.width, begin + self.title + TITLE_INDENT)
        return begin

    # --- lines ----------------------------------------------------------------------------------------------------------

    def points(self, run: Run) -> list[Point]:
        """Return the corners of a run from its source, or the top of the box, to its target, or the bottom."""
        chain = self.grid.chains[run]
        points: list[Point] = [] if run.source is not None else [(self.end_of(run, first=True), 0.0)]
        for slot in chain:
            if slot.part is None:
                points += [(slot.x, self.tops[slot.row]), (slot.x, self.bottoms[slot.row])]
            elif slot.part == run.source:
                x = slot.x + self.port(slot, run, leaves=True)
                points += [(x, self.top(slot) + slot.height), (x, self.bottoms[slot.row])]
            else:
                x = slot.x + self.port(slot, run, leaves=False)
                points += [(x, self.tops[slot.row]), (x, self.top(slot))]
        if run.returns:
            points += self.way_back(run)
        elif run.target is None:
            points.append((self.end_of(run, first=False), self.height))
        return points

    def way_back(self, run: Run) -> list[Point]:
        number = self.returns.index(run)
        head = self.slots[run.arrow.target]
        low = self.bottoms[-1] + PADDING / 2 + LANE * (number + 0.5)
        high = self.tops[0] - PADDING / 2 - LANE * (number + 0.5)
        side = self.width - PADDING / 2 - LANE * (len(self.returns) - number - 0.5)
        return [(self.end_of(run, first=False), low), (side, low), (side, high), (head.x, high), (head.x, self.top(head))]

    def label_of(self, run: Run) -> Rectangle | None:
        if run.label is None:
            return None
        slot = next(slot for slot in self.grid.chains[run] if slot.label is not None)
        return Rectangle(slot.x - slot.width / 2, self.top(slot), slot.width, slot.height)


def _pull(link: Link) -> float:
    """Long ways want to be straight more than short ones."""
    return 4.0 if link.upper.part is None and link.lower.part is None else 1.0


def _straightened(points: list[Point]) -> tuple[Point, ...]:
    """Return the points without repeats and without those in the middle of a straight stretch."""
    kept: list[Point] = []
    for point in points:
        while len(kept) >= 2 and _on_line(kept[-2], kept[-1], point):
            kept.pop()
        if not kept or max(abs(kept[-1][0] - point[0]), abs(kept[-1][1] - point[1])) > 0.01:
            kept.append(point)
    return tuple(kept)


def _on_line(one: Point, two: Point, three: Point) -> bool:
    same_x = abs(one[0] - two[0]) < 0.01 and abs(two[0] - three[0]) < 0.01
    same_y = abs(one[1] - two[1]) < 0.01 and abs(two[1] - three[1]) < 0.01
    return same_x or same_y
