"""The last lines of a run: what failed, how to see its log, and at the very end the user's own traceback."""

from shlex import quote

from flowc.local.endings import duration, traceback_in, why
from flowc.local.jobs import Failure
from flowc.local.run import RunOutcome


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
    trace = next((found for failure in outcome.failures if (found := traceback_in(failure.output))), ())
    return [*lines, "", *trace] if trace else lines


def _failure_lines(option: str, pathspec: str, failure: Failure) -> list[str]:
    times = "" if failure.attempt == 0 else f" in its attempt {failure.attempt + 1}"
    return [
        f"flowc: step {failure.step} at {failure.at} failed{times}: {why(failure.status)}",
        f"flowc: its log: flowc logs{option} {quote(f'{pathspec}/{failure.step}/{failure.at}')}",
    ]
