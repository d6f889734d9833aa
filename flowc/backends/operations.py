"""What `flowc trigger`, `status` and `terminate` ask of a target, and what comes back: the same names on every target."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class StepState:
    """The tasks of one step in one run: how many are in each state, in the engine's words, the most common first."""

    step: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunState:
    """One run as the engine sees it. `state` is the engine's word; `ended` is true once it cannot change by itself.

    `address` is where a person looks at it, None where the engine has no page. `steps` stand in the order in which they began.
    """

    run: str
    state: str
    ended: bool
    started_at: datetime | None = None
    ended_at: datetime | None = None
    address: str | None = None
    steps: tuple[StepState, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowState:
    """A deployed flow: `paused` flows start nothing by themselves. `runs` are the latest ones, without their steps."""

    flow: str
    paused: bool
    runs: tuple[RunState, ...]


class Operations(Protocol):
    """Acts on flows by their deployed names. Every method raises EngineError where the engine refuses or cannot be reached."""

    def trigger(self, flow: str, run: str | None, parameters: Mapping[str, Any]) -> RunState:
        """Start a run, called `run` where that is given, with these parameter values."""

    def flow_state(self, flow: str, limit: int) -> FlowState:
        """Return the flow and its latest runs, the newest first, at most `limit`."""

    def run_state(self, flow: str, run: str) -> RunState:
        """Return one run with its steps."""

    def terminate(self, flow: str, run: str) -> RunState:
        """End a run that has not ended, as failed."""
