"""Rows: the parts of one box in layers from top to bottom, the way of each run through them, and the order within each row."""

from bisect import bisect_right, insort
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from flowc.ir.drawing.picture import Part
from flowc.ir.drawing.runs import Run


@dataclass(slots=True, eq=False, repr=False)
class Slot:
    """A place in a row: a part, or where a run passes (with its label, if it has one). `x` is its centre."""

    row: int
    part: Part | None = None
    label: str | None = None
    width: float = 0.0
    height: float = 0.0
    x: float = 0.0
    above: list["Link"] = field(default_factory=list)
    below: list["Link"] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Link:
    """A run goes from slot `upper` to slot `lower` in the next row."""

    run: Run
    upper: Slot
    lower: Slot


@dataclass(slots=True, eq=False, repr=False)
class Rows:
    """The slots row by row, left to right, and the slots that each run passes from top to bottom."""

    rows: list[list[Slot]]
    chains: dict[Run, list[Slot]]


Side = Callable[[Slot, Run, bool], float]
"""How far from the left, 0 to 1, a run leaves (True) or enters (False) the part in a slot."""


def lay_rows(parts: Sequence[Part], runs: Sequence[Run], side: Side) -> Rows:
    """Return the rows of a box with `parts` and `runs`; widths and heights are still nought.

    What comes in at the top stands in the order of `runs` as far as that saves crossings.
    """
    row = _rows_of(parts, runs)
    depth = max(row.values()) + 1
    for run in runs:
        if run.label is not None and run.target is None and run.source is not None:
            depth = max(depth, row[run.source] + 2)
    slots = {part: Slot(row[part], part) for part in parts}
    rows: list[list[Slot]] = [[] for _ in range(depth)]
    for part in parts:
        rows[row[part]].append(slots[part])
    chains: dict[Run, list[Slot]] = {}
    for run in runs:
        first = row[run.source] if run.source is not None else -1
        last = row[run.target] if run.target is not None else depth
        passed = [Slot(at, label=run.label if at == first + 1 else None) for at in range(first + 1, last)]
        for slot in passed:
            rows[slot.row].append(slot)
        begin = [slots[run.source]] if run.source is not None else []
        chains[run] = [*begin, *passed, *([slots[run.target]] if run.target is not None else [])]
        for upper, lower in pairwise(chains[run]):
            link = Link(run, upper, lower)
            upper.below.append(link)
            lower.above.append(link)
    entries = {chains[run][0]: number for number, run in enumerate(runs) if run.source is None}
    _order(rows, entries, side)
    return Rows(rows, chains)


def _rows_of(parts: Sequence[Part], runs: Sequence[Run]) -> Mapping[Part, int]:
    """The longest way to each part from above; a labelled run takes a row for its label."""
    onward: dict[Part, list[tuple[Part, int]]] = {part: [] for part in parts}
    waiting = dict.fromkeys(parts, 0)
    for run in runs:
        if run.source is not None and run.target is not None:
            onward[run.source].append((run.target, 1 if run.label is None else 2))
            waiting[run.target] += 1
    row = dict.fromkeys(parts, 0)
    ready = [part for part in parts if not waiting[part]]
    for part in ready:
        for target, rows in onward[part]:
            row[target] = max(row[target], row[part] + rows)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    assert len(ready) == len(parts), "a level has no cycles but its ways back"
    return row


def _order(rows: list[list[Slot]], entries: Mapping[Slot, int], side: Side) -> None:
    """Order each row by where its neighbours lie, down, up and down again; keep the order with the fewest crossings."""
    best = None
    for downward in (True, False, True):
        for row in rows if downward else reversed(rows):
            if downward and row is rows[0]:
                row.sort(key=lambda slot: entries.get(slot, len(entries)))
                continue
            beside = row[0].row + (-1 if downward else 1)
            place = {slot: position for position, slot in enumerate(rows[beside])} if beside < len(rows) else {}
            if place:
                centre = {slot: _centre(slot, place, side, downward=downward) for slot in row}
                row.sort(key=centre.__getitem__)
        crossings = _crossings([[entries[slot]] for slot in rows[0] if slot in entries])
        for upper, lower in pairwise(rows):
            place = {slot: position for position, slot in enumerate(lower)}
            crossings += _crossings([[place[link.lower] + side(link.lower, link.run, False) for link in slot.below] for slot in upper])
        if best is None or crossings < best[0]:
            best = (crossings, [list(row) for row in rows])
    assert best is not None
    rows[:] = best[1]


def _centre(slot: Slot, place: Mapping[Slot, int], side: Side, *, downward: bool) -> float:
    if downward:
        near = [place[link.upper] + side(link.upper, link.run, True) for link in slot.above]
    else:
        near = [place[link.lower] + side(link.lower, link.run, False) for link in slot.below]
    return sum(near) / len(near) if near else len(place) / 2


def _crossings(ends: Sequence[Sequence[float]]) -> int:
    """How many pairs of lines cross whose upper ends stand in this order, and whose lower ends are given."""
    seen: list[float] = []
    crossings = 0
    for group in ends:
        crossings += sum(len(seen) - bisect_right(seen, end) for end in group)
        for end in group:
            insort(seen, end)
    return crossings
