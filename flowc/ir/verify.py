"""`verify`: the invariants of a region tree. Whoever makes or rewrites a tree runs it, so that a bug of ours stops at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn, assert_never

from flowc.ir.graph import Next, NextForeach, NextGang, NextSplit, NextSwitch, StepName
from flowc.ir.regions import (
    Again,
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
    RegionTree,
    Split,
    Switch,
)


class InvariantError(Exception):
    """A tree that `structure_regions` can never make: a bug in flowc, whatever the flow looks like."""

    def __init__(self, flow: str, broken: str) -> None:
        super().__init__(f"this is a bug in flowc, not in your flow: region tree of {flow}: {broken}")


@dataclass(frozen=True, slots=True)
class _Stop:
    """What follows a region, by step name; None behind the end of the flow."""

    to: StepName | None


_Scope = tuple[StepName, StepName] | None


@dataclass(frozen=True, slots=True)
class _Around:
    """Where a block stands. `stop` is None where the arms do not meet."""

    scope: _Scope
    loops: tuple[StepName, ...]
    stop: _Stop | None


def verify(tree: RegionTree) -> None:
    """Return nothing if `tree` keeps every invariant; else raise InvariantError, which names the first one broken."""
    _Verification(tree).run()


class _Verification:
    def __init__(self, tree: RegionTree) -> None:
        self.tree = tree
        self.graph = tree.graph
        self.around: dict[Block, _Around] = {}
        self.pending: list[Block] = []
        self.edges: set[tuple[StepName, StepName]] = set()
        self.invoked: set[StepName] = set()
        self.left: dict[StepName, set[StepName]] = {}
        self.turned: set[StepName] = set()
        self.loops: dict[StepName, Loop] = {}

    def run(self) -> None:
        self.reach(self.tree.body, _Around(None, (), _Stop(None)))
        while self.pending:
            self.check_block(self.pending.pop())
        self.check_edges()
        for first, loop in self.loops.items():
            if first not in self.turned:
                self.broken(f'loop "{first}" never goes round')
            if len(loop.exits) != len(set(loop.exits)) or set(loop.exits) != self.left.get(first, set()):
                self.broken(f'exits of loop "{first}" are not the targets of its ways out')

    def broken(self, what: str) -> NoReturn:
        raise InvariantError(self.graph.name, what)

    def reach(self, block: Block, around: _Around) -> None:
        known = self.around.get(block)
        if known is None:
            self.around[block] = around
            self.pending.append(block)
        elif known != around:
            self.broken("one block stands in two loops, or before two stops")

    def check_block(self, block: Block) -> None:
        around = self.around[block]
        self.check_end(block, around)
        for index, region in enumerate(block.items):
            before = block.items[index - 1] if index else None
            self.check_region(block, index, region, before, around)

    def check_end(self, block: Block, around: _Around) -> None:
        loop = around.loops[-1] if around.loops else None
        match block.end:
            case Falls(to=to):
                if around.stop is None:
                    self.broken(f'a block falls to "{to}" where nothing follows')
                if around.stop.to != to:
                    self.broken(f'a block falls to "{to}" where "{around.stop.to}" follows')
            case Again(loop=again):
                if again != loop:
                    self.broken(f'a block goes round "{again}" in loop "{loop}"')
                self.turned.add(again)
            case Leaves(loop=left, to=to):
                if left != loop or block.items:
                    self.broken(f'a block with steps, or outside loop "{left}", leaves it')
                self.left.setdefault(left, set()).add(to)
            case Goes(block=tail):
                if not tail.items or not block.items:
                    self.broken("a shared tail, or what leads to it, has no steps")
                self.reach(tail, around)
            case Arms():
                if not block.items or not isinstance(block.items[-1], Switch):
                    self.broken("a block ends in arms but not in a switch")
            case other:
                assert_never(other)

    def check_region(self, block: Block, index: int, region: Region, before: Region | None, around: _Around) -> None:
        match region:
            case Invoke(step=step):
                self.check_invoke(block, index, step, around)
            case Split(step=step, branches=branches, join=join):
                self.check_opener(block, index, before, step)
                if len(branches) < 2:
                    self.broken(f'split "{step}" has fewer than two branches')
                self.check_branches(step, branches, join, block, index)
            case Foreach(step=step, body=body, join=join) | Gang(step=step, body=body, join=join):
                self.check_opener(block, index, before, step)
                self.check_branches(step, (body,), join, block, index)
            case Switch():
                self.check_switch(block, index, region, before, around)
            case Loop(first=first, body=body):
                self.check_loop(block, index, region)
                self.reach(body, _Around(around.scope, (*around.loops, first), None))
            case other:
                assert_never(other)

    def check_invoke(self, block: Block, index: int, step: StepName, around: _Around) -> None:
        place = self.tree.places.get(step)
        if place is None or (place.scope, place.loops) != (around.scope, around.loops):
            self.broken(f'step "{step}" stands outside its scope or loop')
        self.invoked.add(step)
        behind = block.items[index + 1] if index + 1 < len(block.items) else None
        if not self.fits(step, behind):
            self.broken(f'what stands behind step "{step}" is not what it opens or decides')
        if isinstance(self.graph.by_name[step].transition, Next):
            self.edge(step, self.follows(block, index))
        elif step == self.graph.end and self.follows(block, index) != _Stop(None):
            self.broken(f'the flow goes on behind its end "{step}"')

    def fits(self, step: StepName, behind: Region | None) -> bool:
        match self.graph.by_name[step].transition:
            case None | Next():
                return not (isinstance(behind, Split | Foreach | Gang) or (isinstance(behind, Switch) and isinstance(behind.on, Chosen)))
            case NextSplit():
                return isinstance(behind, Split) and behind.step == step
            case NextForeach(over=over):
                return isinstance(behind, Foreach) and (behind.step, behind.over) == (step, over)
            case NextGang():
                return isinstance(behind, Gang) and behind.step == step
            case NextSwitch(cases=cases):
                if not isinstance(behind, Switch) or not isinstance(behind.on, Chosen) or behind.on.step != step:
                    return False
                return {(repr(case.key), case.edge.target) for case in cases} == {
                    (repr(key), arm.target) for arm in behind.arms for key in arm.cases
                }
            case other:
                assert_never(other)

    def check_opener(self, block: Block, index: int, before: Region | None, step: StepName) -> None:
        if not isinstance(before, Invoke) or before.step != step:
            self.broken(f'the region of "{step}" does not stand right behind it')

    def check_branches(self, step: StepName, branches: Iterable[Block], join: StepName, block: Block, index: int) -> None:
        behind = block.items[index + 1] if index + 1 < len(block.items) else None
        if not isinstance(behind, Invoke) or behind.step != join:
            self.broken(f'join "{join}" does not stand right behind the branches of "{step}"')
        for branch in branches:
            if not branch.items:
                self.broken(f'a branch of "{step}" has no steps')
            entry = self.entry(branch)
            self.edges.add((step, entry))
            self.reach(branch, _Around((step, entry), (), _Stop(join)))

    def check_switch(self, block: Block, index: int, switch: Switch, before: Region | None, around: _Around) -> None:
        match switch.on:
            case Chosen(step=step):
                if not isinstance(before, Invoke) or before.step != step:
                    self.broken(f'the switch of "{step}" does not stand right behind it')
                self.edges.update((step, arm.target) for arm in switch.arms)
            case Exit(loop=loop):
                if not isinstance(before, Loop) or before.first != loop:
                    self.broken(f'the exits of loop "{loop}" do not stand right behind it')
                if before.exits != tuple(arm.target for arm in switch.arms):
                    self.broken(f'the arms behind loop "{loop}" are not its exits')
            case other:
                assert_never(other)
        targets = [arm.target for arm in switch.arms]
        if len(targets) != len(set(targets)):
            self.broken(f"two arms of a switch lead to the same step: {', '.join(targets)}")
        stop = self.follows(block, index)
        for arm in switch.arms:
            if self.entry(arm.block) != arm.target:
                self.broken(f'the arm for "{arm.target}" begins with another step')
            self.reach(arm.block, _Around(around.scope, around.loops, stop))

    def check_loop(self, block: Block, index: int, loop: Loop) -> None:
        head = loop.body.items[0] if loop.body.items else None
        if not isinstance(head, Invoke) or head.step != loop.first:
            self.broken(f'the body of loop "{loop.first}" does not begin with it')
        if self.loops.setdefault(loop.first, loop) is not loop:
            self.broken(f'step "{loop.first}" begins two loops')
        behind = block.items[index + 1] if index + 1 < len(block.items) else None
        if len(loop.exits) == 1:
            if self.follows(block, index) != _Stop(loop.exits[0]):
                self.broken(f'what follows loop "{loop.first}" is not its exit')
        elif not isinstance(behind, Switch) or not isinstance(behind.on, Exit):
            self.broken(f'loop "{loop.first}" has several exits and no switch over them')

    def follows(self, block: Block, index: int) -> _Stop | None:
        """What comes behind item `index`; None where nothing does because the arms of a switch there do not meet."""
        if index + 1 < len(block.items):
            behind = block.items[index + 1]
            match behind:
                case Invoke(step=step):
                    return _Stop(step)
                case Loop(first=first):
                    return _Stop(first)
                case Split() | Foreach() | Gang() | Switch():
                    return None
                case other:
                    assert_never(other)
        return None if isinstance(block.end, Arms) else _Stop(self.after(block.end))

    def after(self, end: End) -> StepName | None:
        match end:
            case Falls(to=to):
                return to
            case Again(loop=loop):
                return loop
            case Leaves(to=to):
                return to
            case Goes(block=tail):
                return self.entry(tail) if tail.items else None
            case Arms():
                return None
            case other:
                assert_never(other)

    def entry(self, block: Block) -> StepName:
        if not block.items:
            to = self.after(block.end)
            return to if to is not None else self.broken("an arm leads nowhere")
        head = block.items[0]
        if isinstance(head, Invoke):
            return head.step
        return head.first if isinstance(head, Loop) else self.broken("a block begins with a region that nothing opens")

    def edge(self, source: StepName, stop: _Stop | None) -> None:
        if stop is None or stop.to is None:
            self.broken(f'nothing follows step "{source}"')
        self.edges.add((source, stop.to))

    def check_edges(self) -> None:
        drawn = {(step.name, target) for step in self.graph.steps for target in step.targets}
        for source, target in sorted(self.edges ^ drawn):
            where = "tree" if (source, target) in self.edges else "graph"
            self.broken(f'edge "{source}" -> "{target}" stands only in the {where}')
        for step in self.graph.steps:
            if step.name not in self.invoked:
                self.broken(f'step "{step.name}" is never invoked')
