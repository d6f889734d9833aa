"""What an attempt leaves about itself: times, engine ids, log, and the record of a failure."""

import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from flowc.runtime_shim.capture import Capture
from flowc.runtime_shim.contract import Attempt, Entry, Plan, run_key
from flowc.runtime_shim.fixed import known_parameters
from flowc.runtime_shim.parameters import username
from flowc.runtime_shim.records import new_nonce, publish, publish_failure
from flowc.runtime_shim.stores import Store, StoreError, open_store
from flowc.runtime_shim.tracebacks import format_exception
from flowc.runtime_shim.typed import Any
from flowc.runtime_shim.values import save_bytes

_SHORTEST_LOG = 8 * 1024
"""Bytes of a log that a record can always hold."""


class Journal:
    """Belongs to one attempt. `closed` says that the outcome is settled: a signal to end then changes nothing.

    `first` is the plan where the attempt is of the run's first task and the run's own record is still to be made.
    """

    def __init__(self, attempt: Attempt, capture: Capture) -> None:
        self.attempt = attempt
        self.capture = capture
        self.nonce = new_nonce()
        self.code: str | None = attempt.code
        self.started = time.time()
        self.closed = False
        self.first: Plan | None = None

    def base(self) -> dict[str, Any]:
        """Return the fields that every record of the attempt has; the end is now."""
        attempt = self.attempt
        record: dict[str, Any] = {
            "flow": attempt.flow,
            "run": attempt.run,
            "step": attempt.step,
            "at": attempt.at,
            "attempt": attempt.attempt,
            "nonce": self.nonce,
            "time": {"start": round(self.started, 3), "end": round(time.time(), 3)},
            "engine": {"name": attempt.engine, **attempt.ids},
        }
        if attempt.run_uid is not None:
            record["run_uid"] = attempt.run_uid
        if self.code is not None:
            record["code"] = self.code
        return record

    def publish_run(self, store: Store, parameters: Mapping[str, Any]) -> None:
        """Leave the run's own record, made by the first task. `parameters` are values by name, as they are to be shown."""
        attempt = self.attempt
        record: dict[str, Any] = {
            "flow": attempt.flow,
            "run": attempt.run,
            "run_uid": attempt.run_uid,
            "code": self.code,
            "engine": {"name": attempt.engine, **attempt.ids},
            "parameters": parameters,
            "tags": sorted(set(attempt.tags)),
            "time": {"start": round(self.started, 3)},
            "trigger": attempt.trigger,
            "user": username(attempt),
        }
        key = run_key(attempt.flow, attempt.run, "_run")
        publish(store, key, {name: value for name, value in record.items() if value is not None})
        self.first = None

    def log(self, store: Store) -> Entry:
        """Store the log and return its entry."""
        return save_bytes(store, self.attempt.flow, self.capture.log())

    def fail(self, error: BaseException, exit_code: int, *, traceback: bool) -> None:
        """Leave the record of a failure; where the store does not take it, say so and go on. `traceback`: it is of the user's code."""
        record = {**self.base(), "status": "failed", "exit_code": exit_code, "exception": exception_fields(error, traceback=traceback)}
        attempt = self.attempt
        try:
            store = open_store(attempt.root)
            if self.first is not None:
                self.publish_run(store, known_parameters(self.first, attempt))
            record["log"] = self.log(store)
            publish_failure(store, attempt, record)
        except (StoreError, ValueError) as trouble:
            self.capture.say(f"the record of this failure could not be stored: {trouble}")


def exception_fields(error: BaseException, *, traceback: bool = True) -> dict[str, Any]:
    """Return what a record says of an exception: type, message and, unless it is left out, traceback; long texts are cut."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    text = format_exception(error) if traceback else ""
    if len(text) > _SHORTEST_LOG:
        text = f"{text[: _SHORTEST_LOG // 2]}\n[…]\n{text[-_SHORTEST_LOG // 2 :]}"
    return {"type": name, "message": _message(error)[:_SHORTEST_LOG], "traceback": text}


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return f"<{type(error).__name__} whose text cannot be made>"


class Terminated(BaseException):
    """The process was told to end."""


@contextmanager
def ending_on_sigterm(journal: Journal) -> Iterator[None]:
    """Have SIGTERM leave a failure record and end the process with 128 + 15, unless the outcome is settled already."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    owner = os.getpid()

    def end(number: int, frame: Any) -> None:
        if os.getpid() != owner:
            # A child that user code forked: it ends as if it had no handler (`multiprocessing.Pool` ends its workers so).
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
            return
        if journal.closed:
            return
        journal.closed = True
        with suppress(Exception):
            journal.capture.stop()
        journal.capture.add("flowc: told to end (SIGTERM)\n")
        journal.fail(Terminated("told to end by SIGTERM"), 128 + number, traceback=False)
        os._exit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before if before is not None else signal.SIG_DFL)
