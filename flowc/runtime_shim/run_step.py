"""One attempt of one task, from the parents' records to the exit code. The order is that of the task protocol, and matters.

Own commit where it may exist; code and parents; user code; changed artifacts; the commit, which decides; what is made from it
alone (a loop's exit record, a gang's other commits); the control line last.
"""

import sys

from flowc.runtime_shim.addresses import Parents, parents, start_address
from flowc.runtime_shim.attempt_code import Code, Scratch, agree, find_code, import_code
from flowc.runtime_shim.capture import Capture
from flowc.runtime_shim.codecs import ArtifactError
from flowc.runtime_shim.committed import check_run, follow_up, repetition
from flowc.runtime_shim.contract import EXIT_DONE, TOP, Attempt, Plan, commit_key
from flowc.runtime_shim.control import control_line, control_of, hand_over
from flowc.runtime_shim.exceptions import FailureHandledByCatch, MetaflowExceptionWrapper
from flowc.runtime_shim.execution import call_step
from flowc.runtime_shim.failures import NameTaken, UserFailed, classify
from flowc.runtime_shim.flowspec import assigned
from flowc.runtime_shim.gangs import await_parts, control_address, store_part
from flowc.runtime_shim.hand_offs import check_turns, leave_hand_off
from flowc.runtime_shim.items import save_items
from flowc.runtime_shim.journal import Journal, ending_on_sigterm, exception_fields
from flowc.runtime_shim.loading import LoadedFlow, PlanRefused
from flowc.runtime_shim.policies import Catch, catch_of, set_environment, timeout_of
from flowc.runtime_shim.records import commit
from flowc.runtime_shim.retries_left import with_retries_left
from flowc.runtime_shim.stored_values import settle
from flowc.runtime_shim.stores import Store, open_store
from flowc.runtime_shim.task import Task, make_task
from flowc.runtime_shim.task_records import RunRecords
from flowc.runtime_shim.tracebacks import format_exception
from flowc.runtime_shim.typed import Any

NUMBERED_ENGINES = ("local", "airflow")
"""Their attempt number 0 proves that no attempt came before."""


def run_attempt(attempt: Attempt, flow: LoadedFlow | None = None) -> int:
    """Run one attempt and return the exit code of its process (`contract.py` lists them).

    flow: imported already; without it the code that the attempt names is fetched and imported. Everything the attempt prints is
    passed on and kept as its log. Changes what belongs to the process: environment, signal handlers, `sys.path`, working directory.
    """
    label = f"[{attempt.step} {attempt.at}] " if attempt.prefix else ""
    capture = Capture(last_word=attempt.engine != "local", label=label)
    journal = Journal(attempt, capture)
    capture.start()
    try:
        with Scratch() as scratch, ending_on_sigterm(journal):
            try:
                line = _Attempt(attempt, flow, journal).run(scratch)
            except BaseException as error:
                return _failed(error, journal)
            if line is not None and attempt.engine != "local":
                capture.print_last(line)
            return EXIT_DONE
    finally:
        capture.stop()


def _failed(error: BaseException, journal: Journal) -> int:
    """Say what went wrong, leave a failure record where that makes sense, and return the exit code."""
    failure = classify(error)
    journal.closed = True
    journal.capture.stop()
    if failure.said is not None:
        journal.capture.add(f"flowc: {failure.said}\n")
    if failure.shown is not None:
        journal.capture.add(format_exception(failure.shown))
    if failure.recorded:
        journal.fail(failure.shown or error, failure.exit_code, traceback=failure.shown is not None)
    return failure.exit_code


class _Attempt:
    """The steps of one attempt, in order."""

    def __init__(self, attempt: Attempt, flow: LoadedFlow | None, journal: Journal) -> None:
        self.attempt = attempt
        self.given = flow
        self.journal = journal
        self.store: Store = open_store(attempt.root)
        self.records = RunRecords(self.store, attempt.flow, attempt.run)

    def run(self, scratch: Scratch) -> str | None:
        """Return the control line that is left to print, None for none."""
        attempt = self.attempt
        asked = attempt.attempt > 0 or attempt.engine not in NUMBERED_ENGINES
        if asked:
            found = self._committed()
            if found is not None:
                return self._repeat(found)
        if attempt.engine == "stepfunctions" and "container" not in attempt.ids:
            attempt = self.attempt = with_retries_left(attempt, self.store)
        code = find_code(attempt, self.given, self.records, scratch)
        if not asked and _is_first(code.plan, attempt) and self._committed() is not None:
            raise NameTaken(f"run name {attempt.run!r} is already used: its first step committed before this run began")
        code, before = self._before(code, scratch)
        self.journal.code = code.digest
        self.journal.first = code.plan if before.kind == "first" else None
        loaded = self._import(code)
        set_environment(loaded.flow_class, attempt.step, attempt.engine)
        if before.kind == "first" and attempt.engine == "stepfunctions":
            from flowc.runtime_shim.execution_input import with_input

            attempt = self.attempt = self.journal.attempt = with_input(attempt, self.store, loaded)
        task = make_task(loaded, attempt, self.records, before)
        if before.kind == "first":
            self.journal.publish_run(self.store, task.parameters)
        return self._publish(self._record(loaded, task))

    def _committed(self) -> dict[str, Any] | None:
        attempt = self.attempt
        at = attempt.at if attempt.gang is None else control_address(attempt.at)
        found = self.records.commit_if_any(attempt.step, at)
        if found is not None:
            check_run(attempt, found)
        return found

    def _before(self, code: Code, scratch: Scratch) -> tuple[Code, Parents]:
        """Return the right code and the parents that its plan leads to."""
        found = self._parents(code.plan)
        if found.kind == "first":
            return code, found
        record = found.records[0]
        check_run(self.attempt, record)
        agreed = agree(code, self.attempt, found.records if found.kind != "items" else [record], self.records, scratch)
        return agreed, found if agreed.plan is code.plan else self._parents(agreed.plan)

    def _parents(self, plan: Plan) -> Parents:
        return parents(plan, self.attempt.step, self.attempt.at, self.records.commit, self.records.loop_exit, at_once=self.store.at_once)

    def _import(self, code: Code) -> LoadedFlow:
        try:
            return import_code(code)
        except PlanRefused:
            raise
        except (SystemExit, Exception) as error:
            raise UserFailed(error) from error

    def _record(self, loaded: LoadedFlow, task: Task) -> dict[str, Any]:
        """Run the step and return the record to commit. Raises UserFailed where the step failed and nobody catches."""
        attempt, journal = self.attempt, self.journal
        catch = catch_of(loaded, attempt)
        error = self._call(loaded, task, catch)
        if error is not None:
            if not self._is_caught(error, catch):
                raise UserFailed(error)
            self._print_caught(error, catch)
        try:
            artifacts = settle(task.artifacts, {**assigned(task.flow), **_caught(error, catch)}, task.bound.deleted)
        except ArtifactError as unstorable:
            if error is None:
                error = ArtifactError(str(unstorable))
                if not self._is_caught(error, catch):
                    raise
                self._print_caught(error, catch)
            # As where the last attempt does not run the step: it leaves what its parents left.
            task.artifacts.reset()
            artifacts = settle(task.artifacts, _caught(error, catch), set())
        transition = None if error is not None else task.bound.transition
        control, left = control_of(loaded.plan, attempt.step, attempt.at, transition)
        if attempt.turns is not None:
            check_turns(attempt, control)
        record: dict[str, Any] = {
            "inputs": task.came_from,
            "status": "ok" if error is None else "caught",
            "control": control,
            "artifacts": {**artifacts, **task.fixed},
        }
        if transition is not None and transition.items is not None:
            record["items"] = save_items(self.store, attempt.flow, transition.items)
        if left is not None:
            record["exit"] = list(left)
        if error is not None:
            record["exception"] = exception_fields(error)
        journal.capture.stop()
        return {**journal.base(), **record, "log": journal.log(self.store)}

    def _call(self, loaded: LoadedFlow, task: Task, catch: Catch | None) -> BaseException | None:
        attempt = self.attempt
        beyond = catch is not None and attempt.user_retries is not None and attempt.attempt > attempt.user_retries
        if beyond or attempt.caught:
            return FailureHandledByCatch(f"step {attempt.step!r} did not end in {attempt.attempt} attempts: {self._last_failure()}")
        return call_step(
            task.flow,
            attempt.step,
            task.inputs,
            timeout=timeout_of(loaded, attempt),
            ends=loaded.plan["steps"][attempt.step]["kind"] == "end",
            errors=self.journal.capture.errors,
        )

    def _last_failure(self) -> str:
        found = self.records.latest_failure(self.attempt.step, self.attempt.at, self.attempt.attempt)
        if found is None:
            return "no failure is on record; their processes may have been killed, or the store may have failed"
        error = found["exception"]
        return f"the last failure on record, of attempt {found['attempt']}, is {error['type']}: {error['message']}"

    def _is_caught(self, error: BaseException, catch: Catch | None) -> bool:
        attempt = self.attempt
        last = attempt.caught or (attempt.user_retries is not None and attempt.attempt >= attempt.user_retries)
        return (catch is not None or attempt.caught) and last and not isinstance(error, KeyboardInterrupt)

    def _print_caught(self, error: BaseException, catch: Catch | None) -> None:
        if catch is not None and catch.print_exception:
            self.journal.capture.say(f"@catch goes on after an exception in step {self.attempt.step!r}:")
            sys.stderr.write(format_exception(error))

    def _publish(self, record: dict[str, Any]) -> str | None:
        """Commit, then leave what is made from the committed record alone."""
        attempt = self.attempt
        if attempt.gang is not None:
            store_part(self.store, attempt, record)
            if attempt.gang[0] > 0:
                return self._hand_over({**record, "control": {}})
            record = await_parts(self.store, attempt)
        self.journal.closed = True
        return self._repeat(commit(self.store, commit_key(attempt.flow, attempt.run, attempt.step, attempt.at), record))

    def _repeat(self, record: dict[str, Any]) -> str | None:
        """Leave what follows from a commit record, whoever wrote it, and return the control line that is left to print."""
        follow_up(self.store, record)
        leave_hand_off(self.store, self.attempt, record)
        if record["nonce"] != self.journal.nonce:
            self.journal.capture.say(repetition(record))
        self.journal.closed = True
        self.journal.capture.stop()
        return self._hand_over(record)

    def _hand_over(self, record: dict[str, Any]) -> str | None:
        return hand_over(self.attempt, control_line(record))


def _caught(error: BaseException | None, catch: Catch | None) -> dict[str, Any]:
    if catch is None or catch.var is None:
        return {}
    return {catch.var: None if error is None else MetaflowExceptionWrapper(error)}


def _is_first(plan: Plan, attempt: Attempt) -> bool:
    return attempt.step == plan["start"] and attempt.at == start_address(plan, plan["start"], TOP)
