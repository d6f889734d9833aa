"""Words for how things ended: a process, a step, a stretch of time."""

from collections.abc import Sequence
from dataclasses import replace

from flowc.local.jobs import Failure
from flowc.runtime_shim.lost_attempts import why as why
from flowc.runtime_shim.stores import Store, StoreError
from flowc.runtime_shim.task_records import RunRecords

_CHAINED = ("The above exception was the direct cause", "During handling of the above exception")


def traceback_in(output: Sequence[str]) -> tuple[str, ...]:
    """Return the last traceback in `output`, with the exceptions that caused it; empty where there is none."""
    starts = [number for number, line in enumerate(output) if line.lstrip(" +|").startswith(("Traceback (", "Exception Group Traceback ("))]
    if not starts:
        return ()
    first = starts[-1]
    for number in reversed(starts[:-1]):
        between = output[number + 1 : first]
        if not any(line.startswith(_CHAINED) for line in between):
            break
        first = number
    return tuple(output[first:])


def with_exception(store: Store, flow: str, run: str, failure: Failure) -> Failure:
    """Return `failure` with the exception that its attempt recorded, as it is where the store has none."""
    try:
        found = RunRecords(store, flow, run).latest_failure(failure.step, failure.at, failure.attempt + 1)
    except StoreError:
        return failure
    return failure if found is None or found["attempt"] != failure.attempt else replace(failure, exception=found["exception"])


def duration(seconds: float) -> str:
    """Return a time for people: `0.31 s`, `4.2 s`, `3 min 20 s`, `2 h 5 min`."""
    if seconds < 60:
        return f"{seconds:.2f} s" if seconds < 1 else f"{seconds:.1f} s"
    minutes = int(seconds) // 60
    return f"{minutes} min {int(seconds) % 60} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
