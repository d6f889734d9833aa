"""What every drawing shows: steps in nested boxes, one box per region, and one arrow per edge.

A split, foreach, gang or loop is a box. So are the arms of a switch that no other way leads into; where arms share a tail
with others, or do not meet, they stand in the box around them, and only the labels on their arrows tell them apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from flowc.ir.graph import CaseKey, NextForeach, NextGang, NextSplit, NextSwitch, Step, StepName
from flowc.ir.regions import Arms, Block, Chosen, Goes, Invoke, Loop, RegionTree, Switch
from flowc.ir.traversal import each_block, running_order

BoxKind = Literal["flow", "split", "foreach", "gang", "loop", "switch"]


@dataclass(slots=True, eq=False, repr=False)
class Box:
    """A region: its parts are steps and boxes in the order they run."""

    kind: BoxKind
    title: str
    parent: "Box | None" = None
    parts: list["Part"] = field(default_factory=list)


Part = StepName | Box


@dataclass(frozen=True, slots=True)
class Arrow:
    """One edge of the graph; `back` where it goes round a loop, `label` where a switch chooses it."""

    source: StepName
    target: StepName
    label: str | None
    back: bool


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Picture:
    """A flow as drawn: `boxes` outermost first, `home` is the box right around each step."""

    tree: RegionTree
    root: Box
    boxes: tuple[Box, ...]
    home: dict[StepName, Box]
    arrows: tuple[Arrow, ...]


def picture_of(tree: RegionTree) -> Picture:
    """Return what to draw of a structured flow."""
    builder = _Builder(tree)
    root = builder.build()
    boxes: list[Box] = []
    pending = [root]
    while pending:
        box = pending.pop()
        boxes.append(box)
        pending.extend(reversed([part for part in box.parts if isinstance(part, Box)]))
    arrows = tuple(arrow for step in tree.graph.steps for arrow in _arrows(tree, step))
    return Picture(tree, root, tuple(boxes), builder.home, arrows)


def _arrows(tree: RegionTree, step: Step) -> Iterator[Arrow]:
    place = tree.places[step.name]
    labels: dict[StepName, list[str]] = {}
    if isinstance(step.transition, NextSwitch):
        for case in step.transition.cases:
            labels.setdefault(case.edge.target, []).append(case_label(case.key))
    for target in step.targets:
        back = target in place.loops and tree.places[target].scope == place.scope
        yield Arrow(step.name, target, _shortened(", ".join(labels[target])) if target in labels else None, back)


def case_label(key: CaseKey) -> str:
    """Return a case value for people: text bare where it is a plain word, otherwise as Python spells it."""
    return key if isinstance(key, str) and key.replace("-", "_").isidentifier() else repr(key)


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"


class _Builder:
    def __init__(self, tree: RegionTree) -> None:
        self.tree = tree
        self.root = Box("flow", tree.graph.name)
        self.home: dict[StepName, Box] = {}
        self.loops = {first: Box("loop", "loop") for first in tree.loops}
        self.regions: dict[StepName, Box] = {}
        self.loop_home: dict[StepName, Box] = {}

    def build(self) -> Box:
        for step in self.tree.graph.steps:
            region = _region_box(step)
            if region is not None:
                self.regions[step.name] = region
        for name, place in self.tree.places.items():
            self.home[name] = self.around(place.scope, place.loops)
        for first, outside in self.tree.loops.items():
            self.loop_home[first] = self.around(outside.scope, outside.loops)
        for box, members in self.switches():
            self.move(box, members)
        self.hang()
        return self.root

    def around(self, scope: tuple[StepName, StepName] | None, loops: tuple[StepName, ...]) -> Box:
        if loops:
            return self.loops[loops[-1]]
        return self.regions[scope[0]] if scope else self.root

    def switches(self) -> list[tuple[Box, list[Invoke | Loop]]]:
        """The boxes of switches with what stands in them, outer before inner."""
        found: dict[StepName | tuple[StepName], tuple[int, Box, list[Invoke | Loop]]] = {}
        for block in each_block(self.tree.body):
            for index, item in enumerate(block.items):
                if not isinstance(item, Switch) or (index + 1 == len(block.items) and isinstance(block.end, Arms)):
                    continue
                chosen = isinstance(item.on, Chosen)
                decider = item.on.step if isinstance(item.on, Chosen) else item.on.loop
                key = decider if chosen else (decider,)
                order = self.tree.places[decider].order if chosen else self.tree.loops[decider].order
                if key not in found and (members := self.members(item, order)):
                    found[key] = (order, Box("switch", self.switch_title(item)), members)
        return [(box, members) for _, box, members in sorted(found.values(), key=lambda entry: entry[0])]

    def switch_title(self, switch: Switch) -> str:
        if not isinstance(switch.on, Chosen):
            return "exits"
        transition = self.tree.graph.by_name[switch.on.step].transition
        return f"switch {transition.condition}" if isinstance(transition, NextSwitch) else "switch"

    def members(self, switch: Switch, order: int) -> list[Invoke | Loop]:
        """What the arms hold of the level; nothing where another way leads in, past the switch."""
        found: dict[StepName, Invoke | Loop] = {}
        seen: set[Block] = set()
        pending = [arm.block for arm in reversed(switch.arms)]
        while pending:
            block = pending.pop()
            if block in seen:
                continue
            seen.add(block)
            inside: list[Block] = []
            for item in block.items:
                if isinstance(item, Invoke | Loop):
                    name = item.first if isinstance(item, Loop) else item.step
                    if self.enters_elsewhere(item, order):
                        return []
                    found[name] = item
                elif isinstance(item, Switch):
                    inside += [arm.block for arm in item.arms]
            if isinstance(block.end, Goes):
                inside.append(block.end.block)
            pending += reversed(inside)
        return list(found.values())

    def enters_elsewhere(self, item: Invoke | Loop, order: int) -> bool:
        dom = self.tree.loops[item.first].dom if isinstance(item, Loop) else self.tree.places[item.step].dom
        assert dom is not None, "an arm is no first node"
        outside = self.tree.loops[item.first].loops if isinstance(item, Loop) else self.tree.places[item.step].loops
        before = self.tree.places[dom]
        position = before.order if before.loops == outside else self.tree.loops[dom].order
        return position < order

    def move(self, box: Box, members: list[Invoke | Loop]) -> None:
        first = members[0]
        box.parent = self.loop_home[first.first] if isinstance(first, Loop) else self.home[first.step]
        for member in members:
            if isinstance(member, Loop):
                self.loop_home[member.first] = box
            else:
                self.home[member.step] = box

    def hang(self) -> None:
        """Put every part into its box, in the order in which the tree comes to it."""
        for first, loop in self.loops.items():
            loop.parent = self.loop_home[first]
        for opener, region in self.regions.items():
            region.parent = self.home[opener]
        hung: set[Box] = {self.root}
        for name in running_order(self.tree.body):
            part: Part = name
            box: Box | None = self.home[name]
            while box is not None:
                box.parts.append(part)
                if box in hung:
                    break
                hung.add(box)
                part, box = box, box.parent


def _region_box(step: Step) -> Box | None:
    match step.transition:
        case NextSplit():
            return Box("split", "split")
        case NextForeach(over=over):
            return Box("foreach", f"foreach {over}")
        case NextGang(size=size):
            return Box("gang", f"gang of {size}" if isinstance(size, int) else "gang")
        case _:
            return None
