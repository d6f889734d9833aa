"""The scheduler: it hands tasks of the walk to processes, and what became of them back to the walk. One thread, one event loop.

Rules: never more processes than `max_workers`, but a gang starts whole; after a failure nothing new starts and what runs ends by
itself; after a signal everything is told to stop, and killed when it does not.
"""

import signal
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from flowc.errors import FlowcError
from flowc.local.events import Event, Notice, Outcome, TaskEnded, TaskOutput, TaskStarted
from flowc.local.jobs import TAIL_LINES, Failure, Job, Process, Task
from flowc.local.policy import HARD_KILL_MARGIN, Policy, has_open_values, policy_of
from flowc.local.processes import IMPORT_TICKET, Gone, Interrupted, Line, Lost, Processes
from flowc.local.timers import Timers
from flowc.local.walk import Walk, WalkError
from flowc.local.wire import Begin, Hello
from flowc.runtime_shim.contract import EXIT_DONE, EXIT_USER_ERROR, Attempt, Plan
from flowc.runtime_shim.records import new_nonce

STOP_GRACE = 5.0
"""Seconds between asking a process to stop and killing it."""

Status = Literal["succeeded", "failed", "stopped"]


@dataclass(slots=True, kw_only=True)
class Engine:
    """Runs one walk. `attempt_for` makes the Attempt of a task; `on_event` is told what happens; `on_loss` records a failed process."""

    walk: Walk
    plan: Plan
    code_dir: Path
    root: str
    max_workers: int
    isolate: bool
    attempt_for: Callable[[Task], Attempt]
    on_event: Callable[[Event], None]
    on_loss: Callable[[Process, float], None]
    processes: Processes
    failures: list[Failure] = field(default_factory=list)
    stopped_by: int | None = None
    tasks_done: int = 0
    _policies: dict[str, Policy] = field(default_factory=dict)
    _running: dict[int, Process] = field(default_factory=dict)
    _again: deque[Job] = field(default_factory=deque)
    _sleeping: int = 0
    _timers: Timers = field(default_factory=Timers)
    _ready: bool = False

    def run(self) -> Status:
        """Run the walk to its end and return how it ended."""
        while True:
            self._fill()
            if not self._running and not ((self._sleeping or self._again) and self._takes_work):
                break
            for happening in self.processes.wait(self._timers.pause):
                self._take(happening)
            self._timers.fire()
        if self.stopped_by is not None:
            return "stopped"
        if not self.failures and not self.walk.over:
            raise WalkError("nothing is left to run, and the flow is not over")
        return "failed" if self.failures else "succeeded"

    @property
    def _takes_work(self) -> bool:
        return self.stopped_by is None and not self.failures

    # --- the launcher ------------------------------------------------------------------------------------------------------

    def _prepare(self) -> bool:
        """Have a launcher, started now if there is none; with the flow imported where tasks are forked. False if a signal came first.

        A launcher that the import killed is replaced by one that leaves the import to the tasks, like one whose import failed.
        """
        if self._ready:
            return True
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
        self._ready = self.stopped_by is None
        return self._ready

    def _begin(self, *, fresh: bool) -> Hello | None:
        """Start a launcher and return what it says first; None where it was killed before, or a signal came."""
        plan = {**self.plan, "tree": {}}  # nested as deep as the flow, and no task needs it
        self.processes.begin(Begin(plan=plan, code_dir=str(self.code_dir), root=self.root, fresh=fresh))
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

    def _take(self, happening: object) -> None:
        match happening:
            case Line(ticket=ticket, text=text):
                self._print(ticket, text)
            case Gone(ticket=ticket, status=status):
                self._bury(ticket, status)
            case Interrupted(number=number):
                self._interrupt(number)
            case Lost():
                self._ready = False
                self.on_event(Notice(text="the process that starts the tasks was killed"))

    def _fill(self) -> None:
        """Start what may start."""
        while self._takes_work and len(self._running) < self.max_workers and self._prepare():
            if self._again:
                self._start(self._again.popleft())
                continue
            ready = self.walk.next_task()
            if ready is None:
                return
            self._start(Job(ready, self._policies[ready.step]))

    # --- one attempt -------------------------------------------------------------------------------------------------------

    def _start(self, job: Job) -> None:
        job.culprit = None
        job.processes = [Process(job, member, task, self.attempt_for(task)) for member, task in enumerate(job.tasks(new_nonce()))]
        for process in job.processes:
            task = process.task
            process.started, process.ticket = time.monotonic(), self.processes.start(process.attempt)
            self._running[process.ticket] = process
            self.on_event(TaskStarted(step=task.step, at=task.at, attempt=task.attempt))
            if task.policy.timeout is not None:
                self._kill_after(task.policy.timeout + HARD_KILL_MARGIN, process.ticket)

    def _kill_after(self, seconds: float, ticket: int) -> None:
        self._timers.after(seconds, lambda: self._kill(ticket))

    def _kill(self, ticket: int) -> None:
        if ticket in self._running:
            self.processes.signal(ticket, signal.SIGKILL)

    def _ask_to_stop(self, ticket: int) -> None:
        self.processes.signal(ticket, signal.SIGTERM)
        self._kill_after(STOP_GRACE, ticket)

    def _print(self, ticket: int, text: str) -> None:
        process = self._running.get(ticket)
        if process is not None:
            self._print_line(process, text)
        elif ticket == IMPORT_TICKET:
            self.on_event(TaskOutput(step="", at="", attempt=0, line=text))

    def _print_line(self, process: Process, text: str) -> None:
        process.tail.append(text)
        task = process.task
        self.on_event(TaskOutput(step=task.step, at=task.at, attempt=task.attempt, line=text))

    def _bury(self, ticket: int, status: int) -> None:
        process = self._running.pop(ticket)
        job = process.job
        if status == EXIT_DONE and not process.left_control:
            self._print_line(process, "flowc: the process ended, with exit code 0, before its step was done")
            status = EXIT_USER_ERROR
        process.status = status
        seconds = time.monotonic() - process.started
        if status != EXIT_DONE:
            self.on_loss(process, seconds)
        outcome, wait = self._judge(process, status)
        task, seconds = process.task, time.monotonic() - process.started
        self.on_event(
            TaskEnded(
                step=task.step, at=task.at, attempt=task.attempt, outcome=outcome, status=status, seconds=seconds, retry_in=wait or 0.0
            )
        )
        if not job.running:
            self._settle(job)
        elif job.culprit is not None:
            for member in job.running:
                self._ask_to_stop(member.ticket)

    def _judge(self, process: Process, status: int) -> tuple[Outcome, float | None]:
        """Return what the end of a process means for its task, and the wait before the next attempt where there is one."""
        if status == EXIT_DONE:
            return "done", None
        job = process.job
        if job.culprit is None:
            job.culprit = process
        wait = job.policy.wait_before(job.attempt, status) if self._takes_work else None
        if self.stopped_by is not None or job.culprit is not process:
            return "stopped", None
        return ("failed" if wait is None else "retry"), wait

    def _settle(self, job: Job) -> None:
        """Decide what follows an attempt whose processes are all gone."""
        if job.committed:
            self.tasks_done += len(job.processes)
            self.walk.done(job.ready, job.take_control())
            return
        if self.stopped_by is not None:
            return
        failure = job.failure()
        wait = job.policy.wait_before(job.attempt, failure.status) if self._takes_work else None
        if wait is None:
            self.failures.append(failure)
            return
        job.attempt += 1
        self._sleeping += 1
        self._timers.after(wait, lambda: self._wake(job))

    def _wake(self, job: Job) -> None:
        self._sleeping -= 1
        self._again.append(job)

    def run_hooks(self, attempt: Attempt, status: str) -> tuple[int, tuple[str, ...]]:
        """Run the exit hooks of a run that ended as `status` in one process; return its exit status and what it printed last."""
        if not self._prepare():
            return -signal.SIGKILL, ()
        ticket = self.processes.start(attempt, hooks=status)
        tail: deque[str] = deque(maxlen=TAIL_LINES)
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
