"""What a backend is: a table of what it can do, a check of its limits, and a pure function from a region tree to manifests."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from flowc.backends.capabilities import Support
from flowc.backends.constructs import Construct
from flowc.diagnostics.model import Report
from flowc.ir.regions import RegionTree
from flowc.runtime_shim.contract import Plan


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
    """How to compile, beside the flow itself. Only what stands here, in the flow and in flowc can move a byte of a manifest.

    root: the store; None leaves it to the environment of the worker.
    python: the interpreter that a worker starts for a step where no image is used.
    image: the container image of the steps, on targets that have one.
    max_map_length: the site's Airflow setting `[core] max_map_length`.
    """

    root: str | None = None
    python: str = "python"
    image: str | None = None
    max_map_length: int = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One flow, ready to be lowered.

    code: the digest of its code package, `sha256:…`. source_digest: `sha256:…` of the file that holds the flow class.
    """

    tree: RegionTree
    plan: Plan
    code: str
    source_digest: str
    options: Options


class Backend(Protocol):
    """One target. `capabilities` has a row for every construct: what has none is refused as not done yet."""

    @property
    def name(self) -> str:
        """What the user calls the target."""

    @property
    def capabilities(self) -> Mapping[Construct, Support]:
        """The stance on every construct."""

    def check(self, tree: RegionTree, plan: Plan, options: Options, report: Report) -> None:
        """Report what the flow asks beyond the limits of the engine: lengths, characters, values that cannot travel."""

    def emit(self, unit: Unit) -> tuple[Manifest, ...]:
        """Return the files of a flow that passed `check_capabilities` and `check`: the same bytes for the same unit, always."""
