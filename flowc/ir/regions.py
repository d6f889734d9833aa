"""The region tree: what `structure_regions` makes of a flow graph and every backend lowers.

Blocks are shared (a tail that several arms run is one object) and nest as deep as there are early exits in a row. So there
is no `==`, `hash` or `repr` by value here, and whoever walks the tree keeps a stack and a set of the blocks already seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flowc.ir.graph import ArtifactName, CaseKey, FlowGraph, StepName
from flowc.ir.values import Value


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Falls:
    """The block is followed by what stands behind the region around it: step `to`, or nothing when the flow is over."""

    to: StepName | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Again:
    """Round again: `loop` is the first step of the innermost loop."""

    loop: StepName


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Leaves:
    """Out of the innermost loop `loop`, on to step `to`; only in an arm without steps."""

    loop: StepName
    to: StepName


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Goes:
    """On in a shared tail, which has items."""

    block: "Block"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Arms:
    """The last item is a switch whose arms do not meet; each arm says how it ends."""


End = Falls | Again | Leaves | Goes | Arms


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Invoke:
    """Run one step. Where it opens a region, or decides one, that region stands right behind."""

    step: StepName


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Split:
    """Static fan-out: every branch runs; the Invoke of `join` is the next item."""

    step: StepName
    branches: tuple["Block", ...]
    join: StepName


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Foreach:
    """Dynamic fan-out: `body` runs once per item of artifact `over`; the Invoke of `join` is the next item."""

    step: StepName
    over: ArtifactName
    body: "Block"
    join: StepName


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Gang:
    """`size` processes of the one step in `body` at the same time; the Invoke of `join` is the next item."""

    step: StepName
    size: Value
    body: "Block"
    join: StepName


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Chosen:
    """The switch is decided by the step right before it."""

    step: StepName


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Exit:
    """The switch is decided by the exit record of the loop right before it."""

    loop: StepName


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Arm:
    """One way out of a switch: its target, the case values that lead there (none after a loop), and what runs."""

    target: StepName
    cases: tuple[CaseKey, ...]
    block: "Block"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Switch:
    """Exactly one arm runs; one arm per distinct target, in case order."""

    on: Chosen | Exit
    arms: tuple[Arm, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Loop:
    """A natural loop: `body` begins with step `first` and goes round until an arm leaves for one of `exits`."""

    first: StepName
    body: "Block"
    exits: tuple[StepName, ...]


Region = Invoke | Split | Foreach | Gang | Switch | Loop


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Block:
    """A stretch of the flow with one entry, run from the top; `end` says what comes after."""

    items: tuple[Region, ...]
    end: End


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a step stands: what addresses and the search for parents need (the source is the pass, the reader the plan).

    scope: the (opener, first step of the branch) around it, None at the top of the flow. A join stands in its opener's scope.
    loops: the loops of its scope that hold it, as their first steps, outermost first.
    order: position in a topological order of its level (inner loops one node); comparable within one level only.
    dom: the node of its level that dominates it: a step, or the first step of a loop directly in the level. None for the
        first node of the level.
    meet: the node of its level where all ways from it come together, None where they do not meet inside the level.
    role: "join" takes inputs; kinds of opener stand in the graph.
    opener: of a join, the step that opened what it closes.
    join: of an opener, the step that closes it.
    """

    scope: tuple[StepName, StepName] | None
    loops: tuple[StepName, ...]
    order: int
    dom: StepName | None
    meet: StepName | None
    opener: StepName | None = None
    join: StepName | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopPlace:
    """Where a loop stands as one node of the level outside it; fields as in `Place`."""

    scope: tuple[StepName, StepName] | None
    loops: tuple[StepName, ...]
    order: int
    dom: StepName | None
    meet: StepName | None
    exits: tuple[StepName, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class RegionTree:
    """A structured flow: the graph it came from, the tree, and the place of every step and loop."""

    graph: FlowGraph
    body: Block
    places: Mapping[StepName, Place]
    loops: Mapping[StepName, LoopPlace]
