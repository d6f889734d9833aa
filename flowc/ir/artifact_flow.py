"""Which artifacts a step may find missing: one pass over the steps in topological order, the region tree's places at hand.

An artifact that no way to a step may assign is *absent* there. One that is absent on some way, and not on another, is *forked*, so long as
every run that came by that way reads on; behind a further choice it is *held*, for what is chosen there may go with what was chosen before.
All else may be there. States are sets of names as bits of whole numbers, so a step costs the same however long the flow is.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

from flowc.ir.decorator_signatures import SIGNATURES
from flowc.ir.effects import Delete, Escape, MemberRead, Merge, Read, Write
from flowc.ir.graph import Decorator, FlowGraph, NextForeach, NextSwitch, Step, StepName
from flowc.ir.regions import RegionTree
from flowc.ir.reserved import MEMBERS
from flowc.source import Span

_ALL: Final = -1
_COMPARED: Final = 40


class State(NamedTuple):
    """What may be missing, as sets of bits without any in common."""

    absent: int
    forked: int = 0
    held: int = 0


UNKNOWN: Final = State(0)
"""Anything may be there."""


@dataclass(frozen=True, slots=True, eq=False)
class Fault:
    """A read of an artifact that is missing: on every way there (`absent`), or on one that surely leads there.

    sure: whether every run of the step that comes so far reads it. control: what the transition needs it for.
    """

    step: StepName
    name: str
    span: Span
    sure: bool
    absent: bool
    via: Span | None = None
    control: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """What one branch of a split, or any item of a foreach, leaves to the join: its first step, its last ones, the state behind them."""

    first: StepName
    last: tuple[StepName, ...]
    state: State


@dataclass(eq=False)
class ArtifactFlow:
    """The states of one flow. Steps stand in `order` behind all that run before them, ways back aside."""

    tree: RegionTree
    order: list[StepName] = field(default_factory=list)
    before: dict[StepName, State] = field(default_factory=dict)
    after: dict[StepName, State] = field(default_factory=dict)
    branches: dict[StepName, tuple[Branch, ...]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    preds: dict[StepName, list[StepName]] = field(default_factory=dict)
    """Steps that lead to a step, in order, ways back left out."""
    bits: dict[str, int] = field(default_factory=dict)
    """The bit of each name that is asked for."""

    @property
    def graph(self) -> FlowGraph:
        """The flow."""
        return self.tree.graph

    def chooses(self, step: StepName) -> bool:
        """Whether the step goes on to one of several."""
        return isinstance(self.graph.by_name[step].transition, NextSwitch) and len(self.graph.by_name[step].targets) > 1

    @cached_property
    def position(self) -> dict[StepName, int]:
        """The place of each step in the order."""
        return {name: number for number, name in enumerate(self.order)}

    @cached_property
    def writers(self) -> dict[str, list[tuple[StepName, Span]]]:
        """Where each artifact is assigned, the first place in every step."""
        found: dict[str, dict[StepName, Span]] = {}
        for name in self.order:
            step = self.graph.by_name[name]
            for effect in step.effects:
                if isinstance(effect, Write):
                    found.setdefault(effect.name, {}).setdefault(name, effect.span)
            variable = catch_variable(step)
            if variable is not None:
                found.setdefault(variable[0], {}).setdefault(name, variable[1])
        return {name: list(places.items()) for name, places in found.items()}

    @cached_property
    def deleters(self) -> dict[str, dict[StepName, Span]]:
        """Where each artifact is surely deleted, by step."""
        found: dict[str, dict[StepName, Span]] = {}
        for name in self.order:
            for effect in self.graph.by_name[name].effects:
                if isinstance(effect, Delete) and effect.sure:
                    found.setdefault(effect.name, {}).setdefault(name, effect.span)
        return found

    def alike(self, name: str) -> list[str]:
        """Return the names that `name` may be a slip of: those that begin alike where there are too many to compare with each."""
        if len(self._known) <= _COMPARED:
            return self._known
        first = bisect_left(self._known, name[:2])
        return [other for other in self._known[first : first + _COMPARED] if other[:2] == name[:2]]

    @cached_property
    def _known(self) -> list[str]:
        return sorted({*self.writers, *self.graph.fixed})

    def sure_from(self, step: StepName) -> set[StepName]:
        """Return the steps of its level that every run by way of `step` comes by, itself included."""
        found: set[StepName] = set()
        here: StepName | None = step
        while here is not None and here not in found:
            found.add(here)
            here = self.tree.places[here].meet
        return found


def catch_variable(step: Step) -> tuple[str, Span] | None:
    """Return the artifact that @catch sets, and where it is named."""
    catch = step.decorator("catch")
    variable = catch.argument("var") if catch else None
    return (variable.value, variable.span) if variable is not None and isinstance(variable.value, str) else None


def is_foreign(decorator: Decorator) -> bool:
    """Whether the decorator wraps the step or flow in code that is not flowc's, which may assign artifacts."""
    return decorator.origin == "user" or decorator.name not in SIGNATURES


def trace_artifacts(tree: RegionTree) -> ArtifactFlow:
    """Return the states of a flow, and its reads of what is missing, in the order of its steps."""
    flow = ArtifactFlow(tree)
    _order(flow)
    flow.bits = _bits(tree.graph)
    written = _written_in_loops(flow)
    for name in flow.order:
        _enter(flow, name, written)
        _run(flow, name)
    return flow


def _order(flow: ArtifactFlow) -> None:
    """Find the order of the steps, and who leads to whom."""
    places, loops, by_name = flow.tree.places, flow.tree.loops, flow.graph.by_name
    start = flow.graph.start
    assert start is not None, "a region tree has a start"
    seen = {start}
    left: list[StepName] = []
    stack = [(start, iter(by_name[start].targets))]
    while stack:
        here, targets = stack[-1]
        for target in targets:
            if target in loops and target in places[here].loops:
                continue
            if target not in seen:
                seen.add(target)
                stack.append((target, iter(by_name[target].targets)))
                break
        else:
            left.append(here)
            stack.pop()
    flow.order = left[::-1]
    flow.preds = {name: [] for name in flow.order}
    for name in flow.order:
        for target in by_name[name].targets:
            if not (target in loops and target in places[name].loops):
                flow.preds[target].append(name)


def _bits(graph: FlowGraph) -> dict[str, int]:
    fixed = graph.fixed | MEMBERS
    names: dict[str, None] = {}
    for step in graph.steps:
        for effect in step.effects:
            if isinstance(effect, Read | Delete | MemberRead):
                names.setdefault(effect.name)
            elif isinstance(effect, Merge):
                names.update(dict.fromkeys(effect.include or ()))
        control = control_read(step)
        if control is not None:
            names.setdefault(control[0])
    asked = [name for name in names if name not in fixed and not name.startswith("__")]
    return {name: 1 << number for number, name in enumerate(asked)}


def control_read(step: Step) -> tuple[str, Span, str] | None:
    """Return the artifact that the step's transition reads, where it says so, and the word for what it needs it for."""
    match step.transition:
        case NextForeach(over=name, over_span=span):
            return name, span, "foreach"
        case NextSwitch(condition=name, condition_span=span):
            return name, span, "condition"
    return None


def _written_in_loops(flow: ArtifactFlow) -> dict[StepName, int]:
    """Return what some turn of each loop may assign. Branches inside count by what their join takes over."""
    found = dict.fromkeys(flow.tree.loops, 0)
    for name in flow.order:
        loops = flow.tree.places[name].loops
        if loops:
            written = _may_write(flow, flow.graph.by_name[name])
            for loop in loops:
                found[loop] |= written
    return found


def _may_write(flow: ArtifactFlow, step: Step) -> int:
    if any(map(is_foreign, step.decorators)):
        return _ALL
    written = 0
    for effect in step.effects:
        if isinstance(effect, Escape | Merge):
            return _ALL
        if isinstance(effect, Write):
            written |= flow.bits.get(effect.name, 0)
    variable = catch_variable(step)
    return written | (flow.bits.get(variable[0], 0) if variable else 0)


def _enter(flow: ArtifactFlow, name: StepName, written: dict[StepName, int]) -> None:
    """Find the state before a step."""
    place = flow.tree.places[name]
    if name == flow.graph.start:
        state = State(_ALL)
    elif flow.graph.by_name[name].inputs:
        flow.branches[name] = tuple(_branches(flow, name))
        state = State(_ALL)
    else:
        state = _met(flow, flow.preds[name])
        above = place.dom
        if state.held and above is not None and above in flow.after and flow.tree.places[above].meet == name:
            back = state.held & flow.after[above].forked
            state = State(state.absent, state.forked | back, state.held & ~back)
    if name in written:
        turns = written[name]
        state = State(state.absent & ~turns, state.forked | (state.absent & turns), state.held & ~turns)
    if any(map(is_foreign, flow.graph.by_name[name].decorators)):
        state = UNKNOWN
    flow.before[name] = state


def _branches(flow: ArtifactFlow, join: StepName) -> Iterable[Branch]:
    lasts: dict[StepName, list[StepName]] = {}
    for last in flow.preds[join]:
        scope = flow.tree.places[last].scope
        assert scope is not None, "a join stands behind branches"
        lasts.setdefault(scope[1], []).append(last)
    opener = flow.tree.places[join].opener
    assert opener is not None, "a join has an opener"
    for first in flow.graph.by_name[opener].targets:
        yield Branch(first, tuple(lasts[first]), _met(flow, lasts[first]))


def _met(flow: ArtifactFlow, preds: Sequence[StepName]) -> State:
    """Return the state where the ways from some steps meet."""
    absent, soft, definite = _ALL, _ALL, 0
    for pred in preds:
        state = flow.after[pred]
        forked, held = (0, state.held | state.forked) if flow.chooses(pred) else (state.forked, state.held)
        absent &= state.absent
        definite |= state.absent | forked
        soft &= held
    return State(absent, definite & ~absent, soft & ~definite)


def _run(flow: ArtifactFlow, name: StepName) -> None:
    """Follow the effects of a step; note its faults and the state behind it."""
    step = flow.graph.by_name[name]
    foreign = any(map(is_foreign, step.decorators))
    catches = step.decorator("catch") is not None
    absent, forked, held = flow.before[name]
    for effect in step.effects:
        match effect:
            case Read(name=artifact) | Delete(name=artifact):
                bit = flow.bits.get(artifact, 0)
                sure = effect.sure and not catches
                if absent & bit or (forked & bit and sure):
                    via = effect.via if isinstance(effect, Read) else None
                    flow.faults.append(Fault(name, artifact, effect.span, sure, bool(absent & bit), via))
                    if sure:
                        absent, forked = absent & ~bit, forked & ~bit
                if isinstance(effect, Delete) and effect.sure:
                    absent, forked, held = absent | bit, forked & ~bit, held & ~bit
                elif isinstance(effect, Delete):
                    forked, held = forked & ~bit, held & ~bit
            case Write(name=artifact):
                others = ~flow.bits.get(artifact, 0)
                absent, forked, held = absent & others, forked & others, held & others
            case Escape():
                absent = forked = held = 0
            case Merge():
                taken = _taken(flow, name, effect)
                absent, forked, held = absent & ~taken, forked & ~taken, held & ~taken
    control = control_read(step)
    if control is not None:
        bit = flow.bits.get(control[0], 0)
        if not foreign and (absent | forked) & bit:
            flow.faults.append(Fault(name, control[0], control[1], not catches, bool(absent & bit), control=control[2]))
            absent, forked = absent & ~bit, forked & ~bit
    variable = catch_variable(step)
    if variable is not None:
        others = ~flow.bits.get(variable[0], 0)
        absent, forked, held = absent & others, forked & others, held & others
    flow.after[name] = UNKNOWN if foreign else State(absent, forked, held)


def _taken(flow: ArtifactFlow, join: StepName, merge: Merge) -> int:
    """Return what a merge may take over."""
    if join not in flow.branches:
        return _ALL
    missing = _ALL
    for branch in flow.branches[join]:
        missing &= branch.state.absent
    taken = ~missing
    if merge.include:
        taken &= sum(flow.bits.get(name, 0) for name in set(merge.include))
    for name in merge.exclude or ():
        taken &= ~flow.bits.get(name, 0)
    return taken
