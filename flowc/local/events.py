"""What a run tells whoever watches it, as it happens."""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["done", "retry", "failed", "stopped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """Sent once, before the first task."""

    flow: str
    run: str
    root: str
    max_workers: int
    isolate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something about the run that is not a task's, ready to print."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStarted:
    """A process of one attempt runs; members of a gang are tasks of their own, at `at.0`, `at.1`, …"""

    step: str
    at: str
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOutput:
    """One line that an attempt printed, without its line end. `step` is empty for what importing the flow printed."""

    step: str
    at: str
    attempt: int
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEnded:
    """A process of one attempt is gone. `status` is its exit code, or a signal's number, negative; `seconds` is wall time.

    `retry_in` is the wait in seconds before the next attempt where `outcome` is "retry".
    """

    step: str
    at: str
    attempt: int
    outcome: Outcome
    status: int
    seconds: float
    retry_in: float = 0.0


Event = RunStarted | Notice | TaskStarted | TaskOutput | TaskEnded
