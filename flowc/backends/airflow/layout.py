"""Where every task stands: loops that one task runs are one node, foreach bodies are levels, and levels are cut into segments.

A mapped task group holds one segment of one level: mapped groups cannot nest, so what follows an inner foreach in a body is a
further group over the same addresses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flowc.ir.graph import NextForeach, NextSwitch, StepName
from flowc.ir.regions import LoopPlace, Place, RegionTree

Spot = tuple[StepName | None, int]
"""A level, as the foreach step around it (None at the top), and a segment of it, which counts from 1."""

TOP: Spot = (None, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One task of the flow: a step, or a loop (named by its first step) with all `steps` that its turns run.

    sure: it runs for every item of its level, whatever switches choose.
    """

    name: StepName
    loop: bool
    steps: tuple[StepName, ...]
    targets: tuple[StepName, ...]
    before: tuple[StepName, ...]
    spot: Spot
    sure: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """All nodes in source order, and what a foreach needs: the number of segments of its body."""

    tree: RegionTree
    nodes: Mapping[StepName, Node]
    segments: Mapping[StepName, int]

    def place(self, name: StepName) -> Place | LoopPlace:
        """Where a node stands in the region tree, a loop as one node of the level outside it."""
        return _place(self.tree, self.nodes[name].loop, name)

    def opener(self, name: StepName) -> StepName | None:
        """The step that opened what a join closes; None for any other node."""
        return None if self.nodes[name].loop else self.tree.places[name].opener

    def join(self, name: StepName) -> StepName | None:
        """The join of an opener; None for any other node."""
        return None if self.nodes[name].loop else self.tree.places[name].join

    def is_foreach(self, name: StepName | None) -> bool:
        """Whether a node opens a foreach of its own."""
        return name in self.segments

    def decides(self, name: StepName) -> bool:
        """Whether one of the node's targets is chosen when it has run: a switch, or a loop with several exits."""
        node = self.nodes[name]
        return len(node.targets) > 1 if node.loop else isinstance(self.tree.graph.by_name[name].transition, NextSwitch)

    def decider(self, name: StepName, target: StepName) -> StepName:
        """The step that chooses `target`: the switch itself, or the first in source order that leaves the loop for it."""
        return next(step for step in self.nodes[name].steps if target in self.tree.graph.by_name[step].targets)


def lay_out(tree: RegionTree) -> Layout:
    """Return the layout of a structured flow."""
    graph = tree.graph
    fused = fused_loops(tree)
    members: dict[StepName, list[StepName]] = {}
    for step in graph.steps:
        members.setdefault(fused[step.name] or step.name, []).append(step.name)
    targets = {name: tree.loops[name].exits if fused[name] else graph.by_name[name].targets for name in members}
    names = [step.name for step in graph.steps if step.name in members]
    before: dict[StepName, list[StepName]] = {name: [] for name in names}
    for name in names:
        for target in targets[name]:
            before[target].append(name)
    order = _topological(names, targets, before)
    levels = _levels(tree, order, fused)
    segments: dict[StepName, int] = {}
    sure = _sure(tree, order, fused)
    widths = {name: 1 for name in order if not fused[name] and isinstance(graph.by_name[name].transition, NextForeach)}
    for name in order:
        opener = None if fused[name] else tree.places[name].opener
        if opener in widths:
            segments[name] = segments[opener] + 1
        else:
            segments[name] = max((segments[other] for other in before[name] if levels[other] == levels[name]), default=1)
        level = levels[name]
        if level is not None:
            widths[level] = max(widths[level], segments[name])
    nodes = {
        name: Node(
            name=name,
            loop=fused[name] is not None,
            steps=tuple(members[name]),
            targets=tuple(targets[name]),
            before=tuple(before[name]),
            spot=TOP if levels[name] is None else (levels[name], segments[name]),
            sure=name in sure,
        )
        for name in names
    }
    return Layout(tree, nodes, widths)


def fused_loops(tree: RegionTree) -> dict[StepName, StepName | None]:
    """Return, for every step, the outermost loop around it, which one task runs; None outside loops."""
    found: dict[StepName, StepName | None] = {}
    for step in tree.graph.steps:
        chain = [step.name]
        while chain[-1] not in found and (scope := tree.places[chain[-1]].scope) is not None:
            chain.append(scope[0])
        for name in reversed(chain):
            if name not in found:
                place = tree.places[name]
                around = None if place.scope is None else found[place.scope[0]]
                found[name] = around or (place.loops[0] if place.loops else None)
    return found


def _place(tree: RegionTree, loop: bool, name: StepName) -> Place | LoopPlace:
    return tree.loops[name] if loop else tree.places[name]


def _topological(
    names: Sequence[StepName], targets: Mapping[StepName, Sequence[StepName]], before: Mapping[StepName, Sequence[StepName]]
) -> list[StepName]:
    waiting = {name: len(before[name]) for name in names}
    ready = [name for name in reversed(names) if not waiting[name]]
    order = []
    while ready:
        name = ready.pop()
        order.append(name)
        for target in targets[name]:
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    assert len(order) == len(names), "loops are one node each, so nothing goes round"
    return order


def _levels(tree: RegionTree, order: Sequence[StepName], fused: Mapping[StepName, StepName | None]) -> dict[StepName, StepName | None]:
    levels: dict[StepName, StepName | None] = {}
    for name in order:
        scope = _place(tree, fused[name] is not None, name).scope
        if scope is None:
            levels[name] = None
        else:
            levels[name] = scope[0] if isinstance(tree.graph.by_name[scope[0]].transition, NextForeach) else levels[scope[0]]
    return levels


def _sure(tree: RegionTree, order: Sequence[StepName], fused: Mapping[StepName, StepName | None]) -> set[StepName]:
    """The nodes where all ways through their scope meet, in scopes that are themselves sure."""
    met: dict[object, set[StepName]] = {}
    sure: set[StepName] = set()
    for name in order:
        scope = _place(tree, fused[name] is not None, name).scope
        if scope not in met:
            chain: set[StepName] = set()
            here = name
            while here is not None and here not in chain:
                chain.add(here)
                meeting = _place(tree, fused[here] is not None, here).meet
                if meeting is None:
                    break
                here = meeting
            met[scope] = chain
        around = scope is None or isinstance(tree.graph.by_name[scope[0]].transition, NextForeach) or scope[0] in sure
        if around and name in met[scope]:
            sure.add(name)
    return sure
