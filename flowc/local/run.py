"""`run_flow`: one run on this machine, from the run id to its verdict in the store."""

import os
import shutil
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flowc.errors import FlowcError, UsageError
from flowc.ir.plan import build_plan
from flowc.ir.regions import RegionTree
from flowc.local.endings import with_exception
from flowc.local.engine import Engine, Status
from flowc.local.events import Event, Notice, RunStarted
from flowc.local.jobs import Failure, Process, Task
from flowc.local.processes import Processes
from flowc.local.run_ids import checked_run_id, fresh_run_id
from flowc.local.verdict import HookOutcome, publish_end, run_exit_hooks
from flowc.local.walk import Walk
from flowc.runtime_shim.contract import EXIT_NO_RETRY, TOP, Attempt, Plan, package_key, run_key, turn_at
from flowc.runtime_shim.lost_attempts import record_lost
from flowc.runtime_shim.records import read_record
from flowc.runtime_shim.stores import Exists, Store, StoreError, open_store


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOutcome:
    """How a run ended. `tasks` counts those that committed here, `stopped_by` is the signal that ended it.

    `recorded` is false where the store refused the verdict.
    """

    flow: str
    run: str
    root: str
    status: Status
    failures: tuple[Failure, ...]
    hooks: tuple[HookOutcome, ...]
    tasks: int
    seconds: float
    stopped_by: int | None
    recorded: bool = True

    @property
    def exit_code(self) -> int:
        """0 succeeded, 1 a step failed or the verdict is not in the store, 128 + signal where one ended the run."""
        if self.stopped_by is not None:
            return 128 + self.stopped_by
        return 0 if self.status == "succeeded" and self.recorded else 1


def default_workers() -> int:
    """Return how many processes run at once where nobody says: two a core, 4 to 16."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(16, max(4, 2 * cores))


def run_flow(
    tree: RegionTree,
    *,
    code_dir: Path,
    package: bytes,
    digest: str,
    root: str,
    plan: Plan | None = None,
    run_id: str | None = None,
    run_id_file: Path | None = None,
    parameters: Mapping[str, Any] | None = None,
    tags: Sequence[str] = (),
    max_workers: int | None = None,
    isolate: bool | None = None,
    on_event: Callable[[Event], None] = lambda event: None,
) -> RunOutcome:
    """Run a flow here and return how it ended; its tasks, and its verdict, stand in the store at `root`.

    code_dir: folder of the project, whose files the tasks import.
    package, digest: the code package as built from it, and its `sha256:…`.
    parameters: by name, as typed data or as text; those left out take their defaults.
    isolate: an interpreter of its own per task; None: only where forking is not safe.
    Raises UsageError for a run id that is taken or cannot be one, FlowcError where the store fails.
    """
    planned = plan if plan is not None else build_plan(tree)
    run = checked_run_id(run_id) if run_id is not None else fresh_run_id()
    try:
        store = open_store(root)
        _refuse_taken(store, planned["flow"], run)
        _upload(store, planned["flow"], digest, package)
    except StoreError as error:
        raise FlowcError(str(error)) from error
    if run_id_file is not None:
        _write_run_id(run_id_file, run)
    workers = max_workers if max_workers is not None else default_workers()
    isolated = isolate if isolate is not None else sys.platform == "darwin"
    on_event(RunStarted(flow=planned["flow"], run=run, root=root, max_workers=workers, isolate=isolated))
    scratch = Path(tempfile.mkdtemp(prefix="flowc-"))
    started = time.monotonic()
    maker = _Attempts(
        plan=planned,
        root=root,
        run=run,
        run_uid=uuid.uuid4().hex,
        digest=digest,
        code_dir=code_dir,
        parameters=dict(parameters or {}),
        tags=tuple(tags),
        scratch=scratch,
    )
    processes = Processes()
    engine = Engine(
        walk=Walk(tree),
        plan=planned,
        code_dir=code_dir,
        root=root,
        max_workers=workers,
        isolate=isolated,
        attempt_for=maker,
        on_event=on_event,
        on_loss=lambda process, seconds: _record_lost(store, process, seconds, on_event),
        processes=processes,
    )
    status: Status = "stopped"
    hooks: tuple[HookOutcome, ...] = ()
    recorded = True
    try:
        with processes:
            status = engine.run()
            if _belongs_to_another(store, maker):
                raise _taken(store, planned["flow"], run)
            hooks = run_exit_hooks(engine, maker.for_hooks(), tree.graph, status)
    finally:
        # Also where whoever watched is gone (a closed pipe): then the run counts as stopped.
        shutil.rmtree(scratch, ignore_errors=True)
        if not _belongs_to_another(store, maker):
            recorded = _publish_end(store, maker, status, engine, hooks, on_event)
    return RunOutcome(
        flow=planned["flow"],
        run=run,
        root=root,
        status=status,
        failures=tuple(with_exception(store, planned["flow"], run, failure) for failure in engine.failures),
        hooks=hooks,
        tasks=engine.tasks_done,
        seconds=time.monotonic() - started,
        stopped_by=engine.stopped_by,
        recorded=recorded,
    )


@dataclass(slots=True, kw_only=True)
class _Attempts:
    """Makes the Attempt of a task: what is the same for the whole run, and what only the first step is told."""

    plan: Plan
    root: str
    run: str
    run_uid: str
    digest: str
    code_dir: Path
    parameters: dict[str, Any]
    tags: tuple[str, ...]
    scratch: Path
    _made: int = 0

    def __call__(self, task: Task) -> Attempt:
        """Return the Attempt of `task`, with a control file of its own."""
        self._made += 1
        first = task.step == self.plan["start"] and task.at in (TOP, turn_at(TOP, 0))
        return Attempt(
            engine="local",
            flow=self.plan["flow"],
            root=self.root,
            run=self.run,
            step=task.step,
            at=task.at,
            attempt=task.attempt,
            user_retries=task.policy.retries,
            code=self.digest if first else None,
            code_dir=str(self.code_dir),
            parameters=self.parameters if first else None,
            catch=task.policy.catch,
            catches=task.policy.catches,
            timeout=task.policy.timeout,
            control=str(self.scratch / f"control.{self._made}"),
            tags=self.tags if first else (),
            run_uid=self.run_uid,
            gang=task.gang,
            gang_nonce=task.gang_nonce,
        )

    def for_hooks(self) -> Attempt:
        """Return the Attempt that exit hooks run under: it has the run's name and nothing of a step."""
        return Attempt(
            engine="local",
            flow=self.plan["flow"],
            root=self.root,
            run=self.run,
            step=self.plan["end"],
            at=TOP,
            code_dir=str(self.code_dir),
            control=str(self.scratch / "control.hooks"),
            run_uid=self.run_uid,
        )


def _record_lost(store: Store, process: Process, seconds: float, on_event: Callable[[Event], None]) -> None:
    assert process.status is not None, "it ended"
    if process.status == EXIT_NO_RETRY:
        return  # the shim refused, and left on purpose what it left: the records may be another run's
    try:
        record_lost(store, process.attempt, status=process.status, seconds=seconds, output=process.tail)
    except StoreError as error:
        on_event(Notice(text=f"the end of {process.task.step} at {process.task.at} could not be recorded: {error}"))


def _publish_end(
    store: Store, run: _Attempts, status: Status, engine: Engine, hooks: tuple[HookOutcome, ...], on_event: Callable[[Event], None]
) -> bool:
    """Record how the run ended; return whether the store took it."""
    try:
        publish_end(store, run.plan["flow"], run.run, status=status, failures=engine.failures, hooks=hooks, run_uid=run.run_uid)
    except StoreError as error:
        on_event(Notice(text=f"the run's end could not be recorded: {error}"))
        return False
    return True


def _refuse_taken(store: Store, flow: str, run: str) -> None:
    if store.get(run_key(flow, run, "_run")) is not None or store.get(run_key(flow, run, "_end")) is not None:
        raise _taken(store, flow, run)


def _taken(store: Store, flow: str, run: str) -> UsageError:
    return UsageError(f"run id {run!r} is taken: {flow}/{run} is in {store.url} already", help="leave --run-id away to get a fresh one")


def _belongs_to_another(store: Store, run: _Attempts) -> bool:
    """Whether another process began a run of this name between our look and our first task: then nothing here is ours to record."""
    key = run_key(run.plan["flow"], run.run, "_run")
    try:
        record = read_record(store, key)
    except StoreError:
        return False
    return record is not None and record.get("run_uid") not in (None, run.run_uid)


def _upload(store: Store, flow: str, digest: str, package: bytes) -> None:
    key = package_key(flow, digest)
    if store.size(key) is not None:
        return
    try:
        store.create(key, package)
    except Exists:
        pass


def _write_run_id(path: Path, run: str) -> None:
    try:
        path.write_text(run, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"the run id cannot be written to {path}: {error.strerror}") from error
