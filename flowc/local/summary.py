"""The last lines of a run: what failed, how to see its log, and at the very end the user's own traceback."""

import signal
from collections.abc import Sequence

from flowc.local.engine import Failure

_CHAINED = ("The above exception was the direct cause", "During handling of the above exception")


def why(status: int) -> str:
    """Return how a process ended, from its exit status: "exit code 3", "killed by SIGKILL"."""
    if status >= 0:
        return f"exit code {status}"
    try:
        return f"killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"killed by signal {-status}"


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


def failure_lines(pathspec: str, failure: Failure, *, root: str | None) -> list[str]:
    """Return the lines about one failure; `pathspec` is `Flow/RUN`, `root` the store if `flowc logs` has to be told."""
    times = "" if failure.attempt == 0 else f" in its attempt {failure.attempt + 1}"
    option = f" --root {root}" if root else ""
    return [
        f"flowc: step {failure.step} at {failure.at} failed{times}: {why(failure.status)}",
        f"flowc: its log: flowc logs{option} {pathspec}/{failure.step}/{failure.at}",
    ]
