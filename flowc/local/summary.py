"""The last lines of a run: what failed, how to see its log, and at the very end the user's own traceback."""

from shlex import quote

from flowc.local.endings import duration, why
from flowc.local.jobs import Failure
from flowc.local.run import RunOutcome
from flowc.runtime_shim.lost_attempts import PROCESS_LOST


def summary(outcome: RunOutcome, *, given_root: str | None) -> list[str]:
    """Return the last lines of a run. `given_root` is the store if the caller chose it, so that commands to copy name it too."""
    pathspec = f"{outcome.flow}/{outcome.run}"
    option = f" --root {quote(given_root)}" if given_root else ""
    look = f"flowc: look at it: flowc show{option} {quote(pathspec)}"
    spent = f"{outcome.tasks} {'task' if outcome.tasks == 1 else 'tasks'} done in {duration(outcome.seconds)}"
    lines = [f"flowc: {hook.name} failed: {hook.error}" for hook in outcome.hooks if hook.error is not None]
    if outcome.status == "succeeded":
        return [*lines, f"flowc: run {pathspec} succeeded: {spent}", look]
    if outcome.status == "stopped":
        return [*lines, f"flowc: run {pathspec} was stopped: {spent}", look]
    lines.append(f"flowc: run {pathspec} failed: {spent}")
    for failure in outcome.failures:
        lines += _failure_lines(option, pathspec, failure)
    trace = next((found for failure in outcome.failures if (found := _of_exception(failure, "traceback"))), "")
    return [*lines, "", *trace.splitlines()] if trace else lines


def _failure_lines(option: str, pathspec: str, failure: Failure) -> list[str]:
    times = "" if failure.attempt == 0 else f" in its attempt {failure.attempt + 1}"
    return [
        f"flowc: step {failure.step} at {failure.at} failed{times}: {_reason(failure)}",
        f"flowc: its log: flowc logs{option} {quote(f'{pathspec}/{failure.step}/{failure.at}')}",
    ]


def _reason(failure: Failure) -> str:
    """Return how the process ended and, where no traceback tells it, why."""
    ended = why(failure.status)
    if _of_exception(failure, "traceback") or _of_exception(failure, "type") in ("", PROCESS_LOST):
        return ended
    return f"{ended}: {_of_exception(failure, 'message')}"


def _of_exception(failure: Failure, name: str) -> str:
    return failure.exception[name] if failure.exception is not None else ""
