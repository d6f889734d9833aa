"""The scheduler: it hands tasks of the walk to processes, and what became of them back to the walk. One thread, one event loop.

Rules: never more processes than `max_workers`, but a gang starts whole; after a failure nothing new starts and what runs ends by
itself; after a signal everything is told to stop, and killed when it does not.
"""

import heapq
import json
import signal
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from flowc.errors import FlowcError
from flowc.local.events import Event, Notice, Outcome, TaskEnded, TaskOutput, TaskStarted
from flowc.local.policy import HARD_KILL_MARGIN, Policy, has_open_values, policy_of
from flowc.local.processes import IMPORT_TICKET, Gone, Interrupted, Line, Lost, Processes
from flowc.local.walk import Ready, Walk
from flowc.local.wire import Begin, Hello
from flowc.runtime_shim.contract import EXIT_DONE, EXIT_USER_ERROR, Attempt, Control, Plan, item_at

STOP_GRACE = 5.0
"""Seconds between asking a process to stop and killing it."""

_TAIL_LINES = 400


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
    """An attempt after which its task is given up; `output` is the end of what it printed."""

    step: str
    at: str
    attempt: int
    status: int
    output: tuple[str, ...]


@dataclass(slots=True, eq=False)
class _Job:
    """A task of the walk, in its current attempt. `members` are the tickets of its processes, one unless it is a gang."""

    ready: Ready
    policy: Policy
    attempt: int = 0
    members: dict[int, int] = field(default_factory=dict)
    statuses: dict[int, int] = field(default_factory=dict)
    attempts: dict[int, Attempt] = field(default_factory=dict)
    culprit: "_Process | None" = None


@dataclass(slots=True, eq=False)
class _Process:
    job: _Job
    member: int
    at: str
    started: float
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=_TAIL_LINES))


@dataclass(slots=True, kw_only=True)
class Engine:
    """Runs one walk. `attempt_for` makes the Attempt of a task; `on_event` is told what happens."""

    walk: Walk
    plan: Plan
    code_dir: Path
    root: str
    max_workers: int
    isolate: bool
    attempt_for: Callable[[Task], Attempt]
    nonce: Callable[[], str]
    on_event: Callable[[Event], None]
    processes: Processes
    failures: list[Failure] = field(default_factory=list)
    stopped_by: int | None = None
    tasks_done: int = 0
    _policies: dict[str, Policy] = field(default_factory=dict)
    _running: dict[int, _Process] = field(default_factory=dict)
    _again: deque[_Job] = field(default_factory=deque)
    _timers: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _timer_number: int = 0
    _sleeping: int = 0

    def run(self) -> Literal["succeeded", "failed", "stopped"]:
        """Run the walk to its end and return how it ended."""
        if not self._prepare():
            return self._verdict()
        while True:
            self._fill()
            if not self._running and not ((self._sleeping or self._again) and self._takes_work):
                return self._verdict()
            self._turn()

    def _verdict(self) -> Literal["succeeded", "failed", "stopped"]:
        if self.stopped_by is not None:
            return "stopped"
        return "succeeded" if self.walk.over and not self.failures else "failed"

    @property
    def _takes_work(self) -> bool:
        return self.stopped_by is None and not self.failures

    # --- the launcher ------------------------------------------------------------------------------------------------------

    def _prepare(self) -> bool:
        """Get a launcher ready: with the flow imported where tasks are forked from it. False if a signal came first.

        A launcher that the import killed is replaced by one that leaves the import to the tasks, like one whose import failed.
        """
        fresh = self.isolate
        known: Mapping[str, Mapping[str, Any]] = {}
        if not fresh or has_open_values(self.plan["steps"]):
            hello = self._begin(fresh=False)
            if hello is not None:
                known = hello.decorators
                if hello.threads and not fresh:
                    many = f"{hello.threads} threads" if hello.threads > 1 else "a thread"
                    self.on_event(Notice(text=f"importing the flow started {many}, so every task gets an interpreter of its own"))
                fresh = fresh or hello.threads > 0
            fresh = fresh or hello is None
        if fresh and self.stopped_by is None and self._begin(fresh=True) is None and self.stopped_by is None:
            raise FlowcError("the process that starts the tasks ended at once", help="its last words stand above, behind [import]")
        self._policies = {name: policy_of(step, known.get(name, {})) for name, step in self.plan["steps"].items()}
        return self.stopped_by is None

    def _begin(self, *, fresh: bool) -> Hello | None:
        """Start a launcher and return what it says first; None where it was killed before, or a signal came."""
        self.processes.begin(Begin(plan=dict(self.plan), code_dir=str(self.code_dir), root=self.root, fresh=fresh))
        while self.stopped_by is None:
            for happening in self.processes.wait(None):
                match happening:
                    case Hello():
                        return happening
                    case Lost():
                        return None
                    case _:
                        self._take(happening)
        return None

    # --- the loop ----------------------------------------------------------------------------------------------------------

    def _turn(self) -> None:
        now = time.monotonic()
        for happening in self.processes.wait(max(0.0, self._timers[0][0] - now) if self._timers else None):
            self._take(happening)
        now = time.monotonic()
        while self._timers and self._timers[0][0] <= now:
            heapq.heappop(self._timers)[2]()

    def _take(self, happening: object) -> None:
        match happening:
            case Line(ticket=ticket, text=text):
                self._print(ticket, text)
            case Gone(ticket=ticket, status=status):
                self._bury(ticket, status)
            case Interrupted(number=number):
                self._interrupt(number)
            case Lost():
                self.on_event(Notice(text="the process that starts the tasks was killed"))

    def _after(self, seconds: float, call: Callable[[], None]) -> None:
        self._timer_number += 1
        heapq.heappush(self._timers, (time.monotonic() + seconds, self._timer_number, call))

    def _fill(self) -> None:
        """Start what may start."""
        while self._takes_work and len(self._running) < self.max_workers:
            if self._again:
                self._start(self._again.popleft())
                continue
            ready = self.walk.next_task()
            if ready is None:
                return
            self._start(_Job(ready, self._policies[ready.step]))

    # --- one attempt -------------------------------------------------------------------------------------------------------

    def _start(self, job: _Job) -> None:
        size = job.ready.gang
        nonce = self.nonce() if size is not None else None
        job.members, job.statuses, job.attempts, job.culprit = {}, {}, {}, None
        for member in range(size or 1):
            at = item_at(job.ready.at, member) if size is not None else job.ready.at
            gang = (member, size) if size is not None else None
            task = Task(step=job.ready.step, at=at, attempt=job.attempt, policy=job.policy, gang=gang, gang_nonce=nonce)
            attempt = self.attempt_for(task)
            job.attempts[member] = attempt
            ticket = self.processes.start(attempt)
            job.members[member] = ticket
            self._running[ticket] = _Process(job, member, at, time.monotonic())
            self.on_event(TaskStarted(step=task.step, at=at, attempt=job.attempt))
            if job.policy.timeout is not None:
                self._after(job.policy.timeout + HARD_KILL_MARGIN, lambda ticket=ticket: self._kill(ticket))  # type: ignore[misc]

    def _kill(self, ticket: int) -> None:
        if ticket in self._running:
            self.processes.signal(ticket, signal.SIGKILL)

    def _ask_to_stop(self, ticket: int) -> None:
        self.processes.signal(ticket, signal.SIGTERM)
        self._after(STOP_GRACE, lambda: self._kill(ticket))

    def _print(self, ticket: int, text: str) -> None:
        process = self._running.get(ticket)
        if process is not None:
            self._print_line(process, text)
        elif ticket == IMPORT_TICKET:
            self.on_event(TaskOutput(step="", at="", attempt=0, line=text))

    def _print_line(self, process: _Process, text: str) -> None:
        process.tail.append(text)
        self.on_event(TaskOutput(step=process.job.ready.step, at=process.at, attempt=process.job.attempt, line=text))

    def _bury(self, ticket: int, status: int) -> None:
        process = self._running.pop(ticket)
        job = process.job
        if status == EXIT_DONE and not control_file(job.attempts[process.member]).exists():
            self._print_line(process, "flowc: the process ended, with exit code 0, before its step was done")
            status = EXIT_USER_ERROR
        job.statuses[process.member] = status
        wait = None
        outcome: Outcome = "done"
        if status != EXIT_DONE:
            first = job.culprit is None
            job.culprit = job.culprit or process
            wait = job.policy.wait_before(job.attempt, status) if self._takes_work else None
            given_up: Outcome = "failed" if wait is None else "retry"
            outcome = "stopped" if self.stopped_by is not None or not first else given_up
        self._ended(process, outcome, status, wait)
        if len(job.statuses) == len(job.members):
            self._settle(job)
        elif job.culprit is not None:
            self._end_gang(job)

    def _ended(self, process: _Process, outcome: Outcome, status: int, wait: float | None) -> None:
        self.on_event(
            TaskEnded(
                step=process.job.ready.step,
                at=process.at,
                attempt=process.job.attempt,
                outcome=outcome,
                status=status,
                seconds=time.monotonic() - process.started,
                retry_in=wait or 0.0,
            )
        )

    def _end_gang(self, job: _Job) -> None:
        for member, ticket in job.members.items():
            if member not in job.statuses:
                self._ask_to_stop(ticket)

    def _settle(self, job: _Job) -> None:
        """Decide what follows an attempt whose processes are all gone. Member 0 of a gang commits for all of it."""
        if job.statuses[0] == EXIT_DONE:
            self.tasks_done += len(job.members)
            control = read_control(job.attempts[0])
            for attempt in job.attempts.values():
                control_file(attempt).unlink(missing_ok=True)
            self.walk.done(job.ready, control)
            return
        assert job.culprit is not None
        status = job.statuses[job.culprit.member]
        if self.stopped_by is not None:
            return
        wait = job.policy.wait_before(job.attempt, status) if self._takes_work else None
        if wait is None:
            self.failures.append(
                Failure(step=job.ready.step, at=job.culprit.at, attempt=job.attempt, status=status, output=tuple(job.culprit.tail))
            )
            return
        job.attempt += 1
        self._sleeping += 1
        self._after(wait, lambda: self._wake(job))

    def _wake(self, job: _Job) -> None:
        self._sleeping -= 1
        self._again.append(job)

    def run_hooks(self, attempt: Attempt, status: str) -> tuple[int, tuple[str, ...]]:
        """Run the exit hooks of a run that ended as `status` in one process; return its exit status and what it printed last."""
        ticket = self.processes.start(attempt, hooks=status)
        tail: deque[str] = deque(maxlen=_TAIL_LINES)
        while True:
            for happening in self.processes.wait(None):
                match happening:
                    case Line(ticket=found, text=text) if found == ticket:
                        tail.append(text)
                        self.on_event(TaskOutput(step="exit hook", at=attempt.at, attempt=0, line=text))
                    case Gone(ticket=found, status=ended) if found == ticket:
                        return ended, tuple(tail)
                    case Interrupted():
                        self.processes.signal(ticket, signal.SIGKILL)
                    case _:
                        pass

    # --- signals -----------------------------------------------------------------------------------------------------------

    def _interrupt(self, number: int) -> None:
        """Stop everything; on a second signal at once."""
        again = self.stopped_by is not None
        self.stopped_by = self.stopped_by or number
        for ticket in list(self._running):
            if again:
                self._kill(ticket)
            else:
                self._ask_to_stop(ticket)


def control_file(attempt: Attempt) -> Path:
    """Return the file that the attempt's control line goes to."""
    assert attempt.control is not None, "the local engine names a control file for every attempt"
    return Path(attempt.control)


def read_control(attempt: Attempt) -> Control:
    """Return the control values that an attempt left: a list with at most one object."""
    found: list[Control] = json.loads(control_file(attempt).read_text(encoding="utf-8"))
    return found[0] if found else {}
