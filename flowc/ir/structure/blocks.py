"""Blocks: what a level's nodes become, built backwards so that all that lies ahead is built already."""

from collections.abc import Mapping
from typing import assert_never

from flowc.ir.graph import CaseKey, FlowGraph, Next, NextForeach, NextGang, NextSplit, NextSwitch, StepName
from flowc.ir.regions import (
    Again,
    Arm,
    Arms,
    Block,
    Chosen,
    End,
    Exit,
    Falls,
    Foreach,
    Gang,
    Goes,
    Invoke,
    Leaves,
    Loop,
    Region,
    Split,
    Switch,
)
from flowc.ir.structure.levels import Level, Levels, Node
from flowc.ir.structure.scopes import Scopes


def build_blocks(scopes: Scopes, levels: Levels) -> Block:
    """Return the block of the whole flow."""
    branches: dict[tuple[StepName, StepName], Block] = {}
    bodies: dict[StepName, Block] = {}
    flow: Block | None = None
    for level in levels.levels.values():
        block = _LevelBlocks(level, scopes, levels.exits, branches, bodies).body()
        if level.loop is not None:
            bodies[level.loop] = block
        elif level.scope is not None:
            branches[level.scope] = block
        else:
            flow = block
    assert flow is not None, "the flow's own level comes last"
    return flow


class _LevelBlocks:
    def __init__(
        self,
        level: Level,
        scopes: Scopes,
        exits: Mapping[StepName, tuple[StepName, ...]],
        branches: Mapping[tuple[StepName, StepName], Block],
        bodies: Mapping[StepName, Block],
    ) -> None:
        self.level = level
        self.graph: FlowGraph = scopes.graph
        self.joins = scopes.join_of
        self.exits = exits
        self.branches = branches
        self.bodies = bodies
        self.pieces: dict[Node, tuple[Region, ...]] = {}
        self.built: dict[tuple[Node, Node], Block] = {}

    def body(self) -> Block:
        for node in reversed(self.level.nodes):
            self.pieces[node] = self.loop_pieces(node) if node.kind == "loop" else self.step_pieces(node)
        return self.block(self.level.nodes[0], self.level.stop)

    def block(self, start: Node, stop: Node) -> Block:
        """Return the block from `start` up to `stop`; each tail it goes on in is a block of its own."""
        pending: list[tuple[Node, list[Region]]] = []
        here = start
        while (here, stop) not in self.built:
            items, after = self.stretch(here, stop)
            if isinstance(after, Node):
                pending.append((here, items))
                here = after
            else:
                self.built[here, stop] = Block(tuple(items), after)
        for node, items in reversed(pending):
            self.built[node, stop] = Block(tuple(items), Goes(self.built[here, stop]))
            here = node
        return self.built[start, stop]

    def stretch(self, node: Node, stop: Node) -> tuple[list[Region], End | Node]:
        """Return the items from `node` on, and how they end: a node is the first of a shared tail."""
        items: list[Region] = []
        if node is stop or not node.targets:
            return items, self.end_without_steps(node, stop)
        while True:
            items.extend(self.pieces[node])
            meet = node.meet
            assert meet is not None
            if meet.kind == "top":
                return items, Arms()
            if meet is stop:
                return items, Falls(stop.name)
            if not meet.targets:
                return items, self.end_without_steps(meet, stop)
            if meet.dom is not node:
                return items, meet
            node = meet

    def end_without_steps(self, node: Node, stop: Node) -> End:
        if node is stop:
            return Falls(stop.name)
        loop, to = self.level.loop, node.name
        assert loop is not None
        assert to is not None
        return Again(loop) if node.kind == "again" else Leaves(loop, to)

    def loop_pieces(self, node: Node) -> tuple[Region, ...]:
        first = node.name
        assert first is not None
        exits = self.exits[first]
        loop = Loop(first, self.bodies[first], exits)
        if len(exits) == 1:
            return (loop,)
        return loop, Switch(Exit(first), self.arms(node, dict.fromkeys(exits, ())))

    def step_pieces(self, node: Node) -> tuple[Region, ...]:
        name = node.name
        assert name is not None
        invoke = Invoke(name)
        match self.graph.by_name[name].transition:
            case None | Next():
                return (invoke,)
            case NextSplit(edges=edges):
                branches = tuple(self.branches[name, edge.target] for edge in edges)
                return invoke, Split(name, branches, self.joins[name])
            case NextForeach(edge=edge, over=over):
                return invoke, Foreach(name, over, self.branches[name, edge.target], self.joins[name])
            case NextGang(edge=edge, size=size):
                return invoke, Gang(name, size, self.branches[name, edge.target], self.joins[name])
            case NextSwitch(cases=cases):
                keys: dict[StepName, tuple[CaseKey, ...]] = {}
                for case in cases:
                    keys[case.edge.target] = (*keys.get(case.edge.target, ()), case.key)
                return invoke, Switch(Chosen(name), self.arms(node, keys))
            case other:
                assert_never(other)

    def arms(self, node: Node, cases: Mapping[StepName, tuple[CaseKey, ...]]) -> tuple[Arm, ...]:
        stop = node.meet
        assert stop is not None
        return tuple(Arm(name, keys, self.block(target, stop)) for (name, keys), target in zip(cases.items(), node.targets, strict=True))
