"""Walks a region tree as an engine does, and says where each task stands and which tasks came before it.

It carries the tasks that came before along the tree: nothing here looks at a plan or a record, so it can be compared with what does.
"""

from collections.abc import Callable
from typing import NamedTuple, assert_never

from flowc.ir.graph import NextForeach, NextGang, NextSwitch, StepName
from flowc.ir.regions import Again, Arms, Block, Chosen, End, Falls, Foreach, Gang, Goes, Invoke, Leaves, Loop, RegionTree, Split, Switch

Address = str
Place = tuple[str, Address]


class Task(NamedTuple):
    """A task, the tasks before it in order, and what it decided: a case, a number of items."""

    step: str
    at: Address
    parents: tuple[Place, ...]
    chosen: str | None
    count: int | None


class _Outcome(NamedTuple):
    end: End
    last: Place


class Walk:
    """One run of a flow. `choose` picks a target of a switch (step, address, targets); `count` a number of items."""

    def __init__(self, tree: RegionTree, choose: Callable[[str, str, list[str]], str], count: Callable[[str, str], int]) -> None:
        self._tree = tree
        self._choose = choose
        self._count = count
        self.tasks: dict[Place, Task] = {}

    def run(self) -> None:
        """Run the flow; `tasks` holds them afterwards in the order they ran."""
        self._block(self._tree.body, "r", ())

    def _block(self, block: Block, at: Address, before: tuple[Place, ...]) -> _Outcome:
        ending: End | None = None
        for item in block.items:
            match item:
                case Invoke(step=step):
                    before = (self._invoke(step, at, before),)
                case Split(branches=branches):
                    before = tuple(self._block(branch, at, before).last for branch in branches)
                case Foreach(step=step, body=body) | Gang(step=step, body=body):
                    count = self.tasks[step, at].count
                    assert count is not None
                    before = tuple(self._block(body, f"{at}.{index}", before).last for index in range(count))
                case Loop():
                    outcome = self._loop(item, at, before)
                    before, ending = (outcome.last,), outcome.end
                case Switch():
                    target = self._target(item, before[0], ending)
                    (arm,) = [arm for arm in item.arms if arm.target == target]
                    outcome = self._block(arm.block, at, before)
                    before, ending = (outcome.last,), outcome.end
                case other:
                    assert_never(other)
        match block.end:
            case Goes(block=tail):
                return self._block(tail, at, before)
            case Arms():
                assert ending is not None
                return _Outcome(ending, before[0])
            case Falls() | Again() | Leaves():
                return _Outcome(block.end, before[0] if before else ("", at))

    def _target(self, switch: Switch, last: Place, ending: End | None) -> str | None:
        if isinstance(switch.on, Chosen):
            return self.tasks[last].chosen
        assert isinstance(ending, Leaves)
        return ending.to

    def _loop(self, loop: Loop, at: Address, before: tuple[Place, ...]) -> _Outcome:
        turn = 0
        while True:
            outcome = self._block(loop.body, f"{at}~{turn}", before)
            if not isinstance(outcome.end, Again):
                assert isinstance(outcome.end, Leaves)
                return outcome
            before = (outcome.last,)
            turn += 1

    def _invoke(self, step: str, at: Address, before: tuple[Place, ...]) -> Place:
        assert (step, at) not in self.tasks
        found = self._tree.graph.by_name[StepName(step)]
        chosen = count = None
        if isinstance(found.transition, NextSwitch):
            chosen = self._choose(step, at, list(found.targets))
        elif isinstance(found.transition, NextForeach | NextGang):
            count = self._count(step, at)
        self.tasks[step, at] = Task(step, at, before, chosen, count)
        return step, at
