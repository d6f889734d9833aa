"""The tasks of one DAG: a block from top to bottom, the branches of its splits in line.

What a task waits for is the end of what stands before it, and Argo's bare name in `depends` takes a skipped arm for an ended one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, assert_never

from flowc.backends.argo.model import AT, COUNT, NEXT, Task, When
from flowc.backends.argo.names import FreeNames
from flowc.ir.graph import StepName
from flowc.ir.regions import Block, Chosen, Foreach, Gang, Goes, Invoke, Loop, Region, Split, Switch
from flowc.ir.traversal import first_step

INPUT_AT = "{{inputs.parameters.at}}"


@dataclass(frozen=True, slots=True)
class Callee:
    """A template to call, and what the caller adds to its own address."""

    template: str
    suffix: str = ""


class Callees(Protocol):
    """What the walk asks of the whole: templates for what it calls, and who must hand over what."""

    outlined: frozenset[Block]
    most: int

    def step(self, step: StepName) -> Callee:
        """Return the template of a step."""

    def block(self, block: Block, wanted: str, *, yields: bool) -> Callee:
        """Return the template that runs `block`; `yields`: it hands over how the turn of a loop ends."""

    def loop(self, loop: Loop) -> Callee:
        """Return the template of a loop."""

    def items(self, foreach: Foreach) -> tuple[Callee, bool]:
        """Return the template that runs once for each item, or (True) that itself runs all of them."""

    def gang(self, gang: Gang) -> Callee:
        """Return the template that starts all members."""

    def branches(self, blocks: Sequence[Block], wanted: str) -> Callee:
        """Return a template that runs several branches of a split."""

    def needs(self, what: StepName | Loop, *outputs: str) -> None:
        """Note what a step or loop must hand over."""


@dataclass(slots=True)
class _Frame:
    block: Block
    ready: tuple[str, ...]
    position: int = 0
    branches: list[Block] = field(default_factory=list)
    opener: StepName | None = None
    ends: list[str] = field(default_factory=list)
    deciders: tuple[str, ...] = ()
    fallback: str | None = None


class BlockWalk:
    """Walks a block once. `tasks` are its tasks, `outputs` name and expression of what it hands over."""

    def __init__(self, block: Block, callees: Callees, *, at: str, yields: bool) -> None:
        self._callees = callees
        self._at = at
        self._yields = yields
        self._names = FreeNames()
        self._task_of: dict[StepName, str] = {}
        self.tasks: list[Task] = []
        self.outputs: tuple[tuple[str, str], ...] = ()
        self._walk(block)

    def _walk(self, root: Block) -> None:
        stack = [_Frame(root, ())]
        while stack:
            frame = stack[-1]
            if frame.branches:
                self._branch(frame, stack)
            elif frame.ends:
                frame.ready, frame.ends = tuple(frame.ends), []
            elif frame.position < len(frame.block.items):
                item = frame.block.items[frame.position]
                frame.position += 1
                self._item(frame, item, last=len(stack) == 1 and self._decides_end(frame))
            else:
                self._end(frame, outermost=len(stack) == 1)
                stack.pop()
                if stack:
                    stack[-1].ends.extend(frame.ready)
        assert self.tasks, "a block that is walked has items"

    def _decides_end(self, frame: _Frame) -> bool:
        return self._yields and frame.position == len(frame.block.items) and not isinstance(frame.block.end, Goes)

    def _branch(self, frame: _Frame, stack: list[_Frame]) -> None:
        branch = frame.branches.pop()
        if branch not in self._callees.outlined:
            stack.append(_Frame(branch, frame.ready))
            return
        name = f"{frame.opener}-{first_step(branch)}"
        frame.ends.append(self._call(self._callees.block(branch, name, yields=False), name, frame.ready))

    def _item(self, frame: _Frame, item: Region, *, last: bool) -> None:
        match item:
            case Invoke(step=step):
                name = self._call(self._callees.step(step), step, frame.ready)
                self._task_of[step] = name
                frame.ready, frame.deciders, frame.fallback = (name,), (), name
                if last:
                    self._callees.needs(step, NEXT, AT)
            case Split(step=step, branches=branches):
                frame.opener = step
                self._split(frame, step, branches)
            case Foreach(step=step):
                self._foreach(frame, item, step)
            case Gang(step=step):
                self._callees.needs(step, COUNT)
                callee = self._callees.gang(item)
                name = self._call(callee, f"{step}-gang", frame.ready, count=self._task_of[step], gives_count=True)
                frame.ready = (name,)
            case Loop(first=first):
                name = self._call(self._callees.loop(item), f"{first}-loop", frame.ready)
                frame.ready, frame.deciders, frame.fallback = (name,), (), name
                if last:
                    self._callees.needs(item, NEXT, AT)
            case Switch():
                self._switch(frame, item, last=last)
            case other:
                assert_never(other)

    def _split(self, frame: _Frame, step: StepName, branches: Sequence[Block]) -> None:
        most = self._callees.most
        if len(branches) <= most - 2:
            frame.branches = list(reversed(branches))
            return
        for start in range(0, len(branches), most):
            name = f"{step}-branches"
            callee = self._callees.branches(branches[start : start + most], name)
            frame.ends.append(self._call(callee, name, frame.ready))

    def _foreach(self, frame: _Frame, item: Foreach, step: StepName) -> None:
        self._callees.needs(step, COUNT)
        callee, itself = self._callees.items(item)
        opener, name = self._task_of[step], f"{step}-each"
        suffix = callee.suffix if itself else ".{{item}}" + callee.suffix
        frame.ready = (self._call(Callee(callee.template, suffix), name, frame.ready, count=opener, gives_count=itself),)

    def _switch(self, frame: _Frame, item: Switch, *, last: bool) -> None:
        (decider,) = frame.ready
        on = item.on
        before = frame.block.items[frame.position - 2]
        what: StepName | Loop = on.step if isinstance(on, Chosen) else before  # type: ignore[assignment]  # the loop stands right before
        self._callees.needs(what, *((NEXT, AT) if last else (NEXT,)))
        decided_by = on.step if isinstance(on, Chosen) else f"{on.loop}-loop"
        arms = []
        for arm in item.arms:
            if arm.block.items:
                wanted = f"{decided_by}-{arm.target}"
                callee = self._callees.block(arm.block, f"{wanted}-arm", yields=last)
                arms.append(self._call(callee, wanted, frame.ready, when=When(decider, arm.target)))
        frame.deciders = tuple(arms)
        frame.fallback = decider if len(arms) < len(item.arms) else None
        frame.ready = tuple(arms) or frame.ready

    def _end(self, frame: _Frame, *, outermost: bool) -> None:
        end = frame.block.end
        if isinstance(end, Goes):
            tail = self._callees.block(end.block, f"{first_step(end.block)}-tail", yields=self._yields and outermost)
            name = self._call(tail, tail.template, frame.ready)
            frame.ready, frame.deciders, frame.fallback = (name,), (), name
        if self._yields and outermost:
            self.outputs = tuple((output, handed_over(output, frame.deciders, frame.fallback)) for output in (NEXT, AT))

    def _call(
        self,
        callee: Callee,
        wanted: str,
        ready: Sequence[str],
        *,
        when: When | None = None,
        count: str | None = None,
        gives_count: bool = False,
    ) -> str:
        task = Task(
            name=self._names.free(wanted),
            template=callee.template,
            at=self._at + callee.suffix,
            depends=" && ".join(ready),
            when=when,
            count=count,
            gives_count=gives_count,
        )
        self.tasks.append(task)
        return task.name


def handed_over(output: str, perhaps: Sequence[str], surely: str | None) -> str:
    """Return the expression for what the one of `perhaps` that ran handed over, else what `surely` did, which always ran."""
    parts = [f"tasks['{name}'].outputs?.parameters?.{output}" for name in perhaps]
    return " ?? ".join([*parts, *([f"tasks['{surely}'].outputs.parameters.{output}"] if surely is not None else [])])
