"""What a backend is: a table of what it can do, a check of its limits, and a pure function from a region tree to manifests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from flowc.backends.capabilities import Support
from flowc.backends.constructs import Construct
from flowc.diagnostics.model import Report
from flowc.ir.regions import RegionTree
from flowc.ir.values import Value
from flowc.runtime_shim.contract import Plan
from flowc.settings import Settings
from flowc.source import Span


@dataclass(frozen=True, slots=True)
class Manifest:
    """One file of a target: `path` is posix and relative to the flow's folder."""

    path: str
    text: str

    @property
    def data(self) -> bytes:
        """The bytes to write: UTF-8, whatever the machine."""
        return self.text.encode("utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to compile, beside the flow itself: only what stands here, in the flow and in flowc can move a byte of a manifest.

    Each target has a subclass with options of its own, which `read_table` takes from the target's table of the settings.

    root: the store; None leaves it to the environment of the worker.
    python: the interpreter that a worker starts for a step where no image is used.
    image: the container image of the steps, on targets that have one.
    kubernetes: what @kubernetes says on every step that does not say it itself.
    """

    root: str | None = None
    python: str = "python"
    image: str | None = None
    kubernetes: Mapping[str, Value] = field(default_factory=dict)


OptionsT = TypeVar("OptionsT", bound=Options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit(Generic[OptionsT]):
    """One flow, ready to be lowered.

    code: the digest of its code package, `sha256:…`. source_digest: `sha256:…` of the file that holds the flow class.
    """

    tree: RegionTree
    plan: Plan
    code: str
    source_digest: str
    options: OptionsT


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """How far something whose size only a run knows may grow on a target: the items of a foreach, the turns of a loop, a payload.

    limit: how many `unit` (items, turns, bytes) are safe; None where the target sets no limit of its own. text: what holds them, and
    what happens beyond.
    """

    what: str
    span: Span
    limit: int | None
    unit: str
    text: str


class Backend(Protocol[OptionsT]):
    """One target. `capabilities` has a row for every construct: what has none is refused as not done yet."""

    @property
    def name(self) -> str:
        """What the user calls the target."""

    @property
    def capabilities(self) -> Mapping[Construct, Support]:
        """The stance on every construct."""

    @property
    def forms(self) -> "Mapping[str, Backend[OptionsT]]":
        """Every form of the target, by the options that choose it; no text for the usual one."""

    def read_options(self, settings: Settings) -> OptionsT:
        """Return the options that the settings make; raises UsageError for what the target's table may not say."""

    def form(self, options: OptionsT) -> "Backend[OptionsT]":
        """Return the form of the target that `options` choose."""

    def check(self, tree: RegionTree, plan: Plan, options: OptionsT, report: Report) -> None:
        """Report what the flow asks beyond the limits of the engine: lengths, characters, values that cannot travel."""

    def bounds(self, tree: RegionTree, plan: Plan, options: OptionsT) -> tuple[Bound, ...]:
        """Return how far each foreach and loop may grow, in source order, then what else a run may make too large."""

    def emit(self, unit: Unit[OptionsT]) -> tuple[Manifest, ...]:
        """Return the files of a flow that passed `check_capabilities` and `check`: the same bytes for the same unit, always."""
