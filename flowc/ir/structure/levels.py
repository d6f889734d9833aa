"""Levels: each loop body, and each scope outside its loops, as a graph without cycles, with dominators and meeting points."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from flowc.ir.graph import StepName
from flowc.ir.structure.ancestors import GrowingTree
from flowc.ir.structure.loops import Loops
from flowc.ir.structure.scopes import Scope, Scopes

Kind = Literal["step", "loop", "fall", "again", "leave", "top"]


@dataclass(slots=True, eq=False, repr=False)
class Node:
    """A step or a loop of a level, or a sink: the scope's end, the next turn, a way out, and TOP above all sinks.

    `name`: the step; the loop's first step; behind a sink the step that follows, None behind the flow's end.
    """

    kind: Kind
    name: StepName | None
    targets: tuple["Node", ...] = ()
    order: int = -1
    dom: "Node | None" = None
    meet: "Node | None" = None


@dataclass(slots=True, eq=False, repr=False)
class Level:
    """The nodes of one level in reverse postorder; `stop` is its sink `fall`, or TOP in a loop."""

    scope: Scope
    loop: StepName | None
    nodes: tuple[Node, ...]
    stop: Node
    named: dict[StepName, Node] = field(default_factory=dict)


LevelKey = tuple[Scope, StepName | None]


@dataclass(slots=True)
class Levels:
    """All levels, innermost first, and the exits of each loop in source order."""

    levels: dict[LevelKey, Level]
    exits: Mapping[StepName, tuple[StepName, ...]]


def find_levels(scopes: Scopes, loops: Loops) -> Levels:
    """Return the levels of a flow whose scopes and loops have no refusal."""
    exits = _find_exits(scopes, loops)
    members: dict[LevelKey, list[Node]] = {}
    for name, scope in scopes.scope_of.items():
        members.setdefault((scope, loops.inner.get(name)), []).append(Node("step", name))
        if name in loops.outer:
            members.setdefault((scope, loops.outer[name]), []).append(Node("loop", name))
    inward = sorted(members, key=lambda key: (-scopes.depth[key[0]], -len(loops.chains[key[1]])))
    return Levels({key: _build(key, members[key], scopes, loops, exits) for key in inward}, exits)


def _find_exits(scopes: Scopes, loops: Loops) -> dict[StepName, tuple[StepName, ...]]:
    found: dict[StepName, set[StepName]] = {first: set() for first in loops.outer}
    for name in loops.inner:
        chain = loops.chain(name)
        closing = scopes.closing(name)
        for target in scopes.onward(name):
            stays = () if target == closing else loops.chain(target)
            for depth in range(len(chain) - 1, -1, -1):
                if depth < len(stays) and stays[depth] == chain[depth]:
                    break
                found[chain[depth]].add(target)
    place = {step.name: position for position, step in enumerate(scopes.graph.steps)}
    return {first: tuple(sorted(targets, key=place.__getitem__)) for first, targets in found.items()}


def _build(key: LevelKey, members: list[Node], scopes: Scopes, loops: Loops, exits: Mapping[StepName, tuple[StepName, ...]]) -> Level:
    scope, loop = key
    named = {member.name: member for member in members if member.name is not None}
    depth = len(loops.chains[loop])
    join = scopes.join_of[scope[0]] if scope else None
    top, fall, again = Node("top", None), Node("fall", join), Node("again", loop)
    leaves: dict[StepName, Node] = {}

    def resolve(target: StepName) -> Node:
        outside = target == join or (loop is not None and loops.chain(target)[depth - 1 : depth] != (loop,))
        if outside and loop is None:
            return fall
        if outside:
            return leaves.setdefault(target, Node("leave", target))
        return again if target == loop else named[target]

    for name, node in named.items():
        onward = exits[name] if node.kind == "loop" else scopes.onward(name)
        node.targets = tuple(resolve(target) for target in onward) or (fall,)
    entry = loop if loop is not None else scope[1] if scope else next(iter(scopes.scope_of))
    nodes = _reverse_postorder(named[entry])
    sinks = (again, *leaves.values()) if loop is not None else (fall,)
    _find_dominators(nodes)
    _find_meetings(nodes, sinks, top)
    return Level(scope, loop, nodes, fall if loop is None else top, named)


def _reverse_postorder(entry: Node) -> tuple[Node, ...]:
    seen = {entry}
    done: list[Node] = []
    stack = [(entry, iter(reversed(entry.targets)))]
    while stack:
        node, targets = stack[-1]
        target = next((target for target in targets if target.targets and target not in seen), None)
        if target is None:
            done.append(node)
            stack.pop()
        else:
            seen.add(target)
            stack.append((target, iter(reversed(target.targets))))
    done.reverse()
    for order, node in enumerate(done):
        node.order = order
    return tuple(done)


def _find_dominators(nodes: tuple[Node, ...]) -> None:
    before: dict[Node, list[Node]] = {node: [] for node in nodes}
    for node in nodes:
        for target in node.targets:
            if target.targets:
                before[target].append(node)
    tree = GrowingTree(nodes[0])
    for node in nodes[1:]:
        node.dom = tree.common(before[node])
        tree.add(node, node.dom)


def _find_meetings(nodes: tuple[Node, ...], sinks: tuple[Node, ...], top: Node) -> None:
    tree = GrowingTree(top)
    for sink in sinks:
        tree.add(sink, top)
    for node in reversed(nodes):
        node.meet = tree.common(node.targets)
        tree.add(node, node.meet)
