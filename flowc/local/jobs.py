"""What the engine knows of a task while it runs: its attempts, the processes of the present one, and how they ended."""

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from flowc.local.policy import Policy
from flowc.local.walk import Ready
from flowc.runtime_shim.contract import EXIT_DONE, Attempt, Control, item_at

TAIL_LINES = 400
"""Lines of output that are kept of every process, for the log of one that cannot store it itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One attempt of one task, in the words of `Attempt`."""

    step: str
    at: str
    attempt: int
    policy: Policy
    gang: tuple[int, int] | None
    gang_nonce: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An attempt after which its task is given up. `exception` is that of its failure record: type, message, traceback."""

    step: str
    at: str
    attempt: int
    status: int
    exception: Mapping[str, str] | None = None


@dataclass(slots=True, eq=False)
class Process:
    """One process of an attempt. `member` is 0 unless the task is a gang; `status` is None while it runs."""

    job: "Job"
    member: int
    task: Task
    attempt: Attempt
    ticket: int = 0
    started: float = 0.0
    status: int | None = None
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=TAIL_LINES))

    @property
    def left_control(self) -> bool:
        """Whether it wrote its control file, the last thing that an attempt does."""
        return _control_file(self.attempt).exists()


@dataclass(slots=True, eq=False)
class Job:
    """A task of the walk. `culprit` is the first process of the present attempt that failed."""

    ready: Ready
    policy: Policy
    attempt: int = 0
    processes: list[Process] = field(default_factory=list)
    culprit: Process | None = None

    def tasks(self, nonce: str) -> list[Task]:
        """Return what the present attempt has to start: one task, or every member of a gang, which share `nonce`."""
        ready, size = self.ready, self.ready.gang
        if size is None:
            return [Task(step=ready.step, at=ready.at, attempt=self.attempt, policy=self.policy, gang=None, gang_nonce=None)]
        return [
            Task(
                step=ready.step,
                at=item_at(ready.at, member),
                attempt=self.attempt,
                policy=self.policy,
                gang=(member, size),
                gang_nonce=nonce,
            )
            for member in range(size)
        ]

    @property
    def running(self) -> list[Process]:
        """The processes that have not ended."""
        return [process for process in self.processes if process.status is None]

    @property
    def committed(self) -> bool:
        """Whether the attempt committed: member 0 of a gang does that for all of it."""
        return self.processes[0].status == EXIT_DONE

    def take_control(self) -> Control:
        """Return the control values of the attempt, a list with at most one object, and remove its control files."""
        found: list[Control] = json.loads(_control_file(self.processes[0].attempt).read_text(encoding="utf-8"))
        for process in self.processes:
            _control_file(process.attempt).unlink(missing_ok=True)
        return found[0] if found else {}

    def failure(self) -> Failure:
        """Return the failure that the present attempt ended with."""
        culprit = self.culprit
        assert culprit is not None, "an attempt that did not commit has a culprit"
        assert culprit.status is not None, "a culprit has ended"
        task = culprit.task
        return Failure(step=task.step, at=task.at, attempt=task.attempt, status=culprit.status)


def _control_file(attempt: Attempt) -> Path:
    assert attempt.control is not None, "the local engine names a control file for every attempt"
    return Path(attempt.control)
