"""The walk through the region tree: which task may run next, given the control values of those that are done.

A pure state machine. A position is a block, an index into it and a frame, the linked list of what to go on with when the block
ends; so neither deep nesting nor a loop of many turns costs a Python frame. Items of a foreach are handed out one by one.
Addresses come from the control values and from `contract`; where the tree and a control value disagree, that is a bug of ours.
"""

from collections import deque
from dataclasses import dataclass
from typing import assert_never

from flowc.ir.graph import StepName
from flowc.ir.regions import (
    Again,
    Arms,
    Block,
    Exit,
    Falls,
    Foreach,
    Gang,
    Goes,
    Invoke,
    Leaves,
    Loop,
    RegionTree,
    Split,
    Switch,
)
from flowc.runtime_shim.contract import TOP, Control, item_at, turn_at


class WalkError(Exception):
    """Control values and region tree disagree: a bug in flowc, not in the flow."""


@dataclass(frozen=True, slots=True, eq=False)
class _After:
    """Go on behind a switch whose arms meet."""

    block: Block
    index: int
    outer: "_Frame"


@dataclass(frozen=True, slots=True, eq=False)
class _Turn:
    """In a loop: `block` and `index` are where its exits lead."""

    loop: Loop
    block: Block
    index: int
    outer: "_Frame"


@dataclass(slots=True, eq=False)
class _Group:
    """The branches or items of one region that still run; the last to end goes on with the join."""

    waiting: int
    at: str
    join: StepName
    block: Block
    index: int
    outer: "_Frame"


_Frame = _After | _Turn | _Group | None


@dataclass(slots=True, eq=False)
class _Items:
    """What of a split or foreach has not been handed out."""

    group: _Group
    bodies: tuple[Block, ...]
    count: int
    each: bool
    given: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Ready:
    """A task that may run. `gang` is the number of members of a gang, whose addresses are `at.0`, `at.1`, …; else None."""

    step: StepName
    at: str
    gang: int | None
    _block: Block
    _index: int
    _frame: _Frame


class Walk:
    """One walk through `tree`; `over` turns true when the flow's last step is done."""

    def __init__(self, tree: RegionTree) -> None:
        self._graph = tree.graph
        self._pending: deque[Ready | _Items] = deque()
        self.over = False
        self._go(tree.body, 0, None, TOP, None)

    def next_task(self) -> Ready | None:
        """Return the next task that may run, or None if none may at the moment. Started items come before fresh ones."""
        while self._pending:
            head = self._pending[0]
            if isinstance(head, Ready):
                self._pending.popleft()
                return head
            if head.given == head.count:
                self._pending.popleft()
                continue
            number = head.given
            head.given += 1
            body = head.bodies[0] if head.each else head.bodies[number]
            at = item_at(head.group.at, number) if head.each else head.group.at
            self._go(body, 0, head.group, at, None)
        return None

    def done(self, task: Ready, control: Control) -> None:
        """Go on behind `task`, whose commit holds `control`. Raises WalkError where that does not fit the tree."""
        block, behind, frame = task._block, task._index + 1, task._frame
        at = control.get("at", task.at)
        region = block.items[behind] if behind < len(block.items) else None
        match region:
            case Split(branches=branches, join=join):
                group = _Group(len(branches), at, join, block, behind + 1, frame)
                self._pending.appendleft(_Items(group, branches, len(branches), each=False))
            case Foreach(body=body, join=join):
                count = self._count(task, control)
                group = _Group(count, at, join, block, behind + 1, frame)
                self._pending.appendleft(_Items(group, (body,), count, each=True))
            case Gang(body=body, join=join):
                group = _Group(1, at, join, block, behind + 1, frame)
                match body.items:
                    case (Invoke(step=step),):
                        self._pending.appendleft(Ready(step, at, self._count(task, control), body, 0, group))
                    case _:
                        raise WalkError(f"the gang of {task.step!r} is not one plain step")
            case _:
                self._go(block, behind, frame, at, self._target(task, control))

    def _count(self, task: Ready, control: Control) -> int:
        count = control.get("count", 0)
        if count < 1:
            raise WalkError(f"task {task.step} {task.at} opens a region of {count} items")
        return count

    def _target(self, task: Ready, control: Control) -> StepName | None:
        """Return where the flow goes behind a task: what it says itself, else the only way there is."""
        if "next" in control:
            return StepName(control["next"])
        targets = self._graph.by_name[task.step].targets
        if len(targets) > 1:
            raise WalkError(f"task {task.step} {task.at} chose no way")
        return targets[0] if targets else None

    def _go(self, block: Block, index: int, frame: _Frame, at: str, to: StepName | None) -> None:
        """Move on from a position until a task is found, or a branch that others still have to reach the join of."""
        while True:
            if index < len(block.items):
                region = block.items[index]
                match region:
                    case Invoke(step=step):
                        if to is not None and step != to:
                            raise WalkError(f"the tree goes on with {step!r} where the records say {to!r}, at {at}")
                        self._pending.appendleft(Ready(step, at, None, block, index, frame))
                        return
                    case Loop(body=body):
                        frame = _Turn(region, block, index + 1, frame)
                        block, index, at = body, 0, turn_at(at, 0)
                    case Switch(arms=arms):
                        arm = next((arm for arm in arms if arm.target == to), None)
                        if arm is None:
                            where = f"loop {region.on.loop!r}" if isinstance(region.on, Exit) else f"step {region.on.step!r}"
                            raise WalkError(f"the switch of {where} has no arm for {to!r}, at {at}")
                        if index + 1 < len(block.items) or not isinstance(block.end, Arms):
                            frame = _After(block, index + 1, frame)
                        block, index = arm.block, 0
                    case Split() | Foreach() | Gang():
                        raise WalkError(f"the region of {region.step!r} does not stand behind its step")
                    case _:
                        assert_never(region)
                continue
            match block.end:
                case Goes(block=tail):
                    block, index = tail, 0
                case Again():
                    if not isinstance(frame, _Turn):
                        raise WalkError(f"an arm goes round outside its loop, at {at}")
                    block, index = frame.loop.body, 0
                case Leaves():
                    if not isinstance(frame, _Turn):
                        raise WalkError(f"an arm leaves a loop outside it, at {at}")
                    block, index, frame = frame.block, frame.index, frame.outer
                case Falls():
                    match frame:
                        case None:
                            self.over = True
                            return
                        case _After():
                            block, index, frame = frame.block, frame.index, frame.outer
                        case _Group():
                            frame.waiting -= 1
                            if frame.waiting:
                                return
                            at, to = frame.at, frame.join
                            block, index, frame = frame.block, frame.index, frame.outer
                        case _Turn(loop=loop):
                            raise WalkError(f"a way through loop {loop.first!r} neither goes round nor leaves")
                case Arms():
                    raise WalkError("a block ends in arms but its last item is no switch")
                case _:
                    assert_never(block.end)
