"""What every target says of a deploy, and the protocol that `flowc deploy` speaks: look, show, upload, change."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from flowc.backends.base import Manifest
from flowc.ir.graph import FlowGraph


@dataclass(frozen=True, slots=True)
class Change:
    """What deploying does to one file or object of a scheduler; a target may add what it needs to do it.

    name: how a person finds it there. before: None where it is not there yet; after: None where it goes. note: what to know of it.
    """

    name: str
    before: str | None
    after: str | None
    note: str | None = None

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return self.before != self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployUnit:
    """One compiled flow on its way: `flow` is its deployed name.

    prune: what the flow no longer has may be removed. rollback: go back to the version before, where the target keeps versions.
    """

    flow: str
    graph: FlowGraph
    manifests: tuple[Manifest, ...]
    root: str
    prune: bool = False
    rollback: bool = False


class Deployer(Protocol):
    """Hands flows to one scheduler. A backend's module `deploy` has `connect(settings) -> Deployer`, which touches nothing yet.

    Every method raises UsageError where the settings or the flow do not fit the scheduler, EngineError where that refuses or cannot be
    reached, with what to do.
    """

    @property
    def keeps_versions(self) -> bool:
        """Whether a deploy leaves the version before in reach, for a unit with `rollback`."""

    @property
    def place(self) -> str:
        """The scheduler's address, or the folder that it reads."""

    def plan(self, unit: DeployUnit) -> tuple[Change, ...]:
        """Return what deploying the flow changes, in the order in which it is done; nothing is written."""

    def apply(self, unit: DeployUnit, changes: Sequence[Change]) -> None:
        """Do what `plan` returned. The code package is in the store by then."""

    def advice(self, unit: DeployUnit, changes: Sequence[Change]) -> tuple[str, ...]:
        """Return lines that tell a person what to do next, and what then happens."""
