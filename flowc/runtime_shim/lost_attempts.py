"""Failure records for attempts that could not leave their own, because something killed their process."""

import signal
import time
from collections.abc import Iterable

from flowc.runtime_shim.contract import Attempt, failure_key
from flowc.runtime_shim.records import new_nonce, publish_failure, read_record
from flowc.runtime_shim.stores import Store
from flowc.runtime_shim.values import save_bytes

PROCESS_LOST = "flowc.ProcessLost"
"""The exception's type in the record of an attempt that raised none."""


def record_lost(store: Store, attempt: Attempt, *, status: int, seconds: float, output: Iterable[str]) -> bool:
    """Leave a failure record for an attempt that has none; return whether it was needed. Raises StoreError.

    status: an exit code, or minus the signal that killed the process. seconds: how long the process ran. output: the end of what it
    printed, which becomes its log.
    """
    if read_record(store, failure_key(attempt)) is not None:
        return False
    now = time.time()
    record = {
        "flow": attempt.flow,
        "run": attempt.run,
        "run_uid": attempt.run_uid,
        "step": attempt.step,
        "at": attempt.at,
        "attempt": attempt.attempt,
        "nonce": new_nonce(),
        "time": {"start": round(now - seconds, 3), "end": round(now, 3)},
        "engine": {"name": attempt.engine, **attempt.ids},
        "status": "failed",
        "exit_code": status,
        "exception": {"type": PROCESS_LOST, "message": f"the process ended before the step did: {why(status)}", "traceback": ""},
        "log": save_bytes(store, attempt.flow, "".join(f"{line}\n" for line in output).encode()),
    }
    publish_failure(store, attempt, record)
    return True


def why(status: int) -> str:
    """Return how a process ended, from its exit status: "exit code 3", "killed by SIGKILL"."""
    if status >= 0:
        return f"exit code {status}"
    try:
        return f"killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"killed by signal {-status}"
