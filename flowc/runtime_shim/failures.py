"""What went wrong in an attempt, and what that means for whoever started it: exit code, words, and whether a record is left."""

from flowc.runtime_shim.addresses import Refused
from flowc.runtime_shim.codecs import ArtifactError
from flowc.runtime_shim.contract import EXIT_BUG, EXIT_NO_RETRY, EXIT_STORE_UNAVAILABLE, EXIT_USER_ERROR
from flowc.runtime_shim.exceptions import MetaflowException
from flowc.runtime_shim.loading import PlanRefused
from flowc.runtime_shim.stores import StoreError, StoreUnavailable
from flowc.runtime_shim.typed import NamedTuple

_EXIT_INTERRUPTED = 130
_OURS = frozenset({0, 64, 65, EXIT_BUG, EXIT_STORE_UNAVAILABLE, EXIT_NO_RETRY})
"""Exit codes that say something else than "the step failed", so `sys.exit` of a step cannot end with them."""


class UserFailed(Exception):  # noqa: N818  # reads as what happened
    """User code raised `error`, and nobody catches it."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(str(error))
        self.error = error


class NameTaken(Exception):  # noqa: N818  # reads as what happened
    """The run's name belongs to another run, so nothing may be written under it."""


class Failure(NamedTuple):
    """`said` is a line of ours, `shown` an exception whose traceback goes last into the log."""

    exit_code: int
    said: str | None = None
    shown: BaseException | None = None
    recorded: bool = True


def classify(error: BaseException) -> Failure:
    """Return what an exception out of an attempt means."""
    match error:
        case UserFailed(error=StoreUnavailable() as inner):
            return Failure(EXIT_STORE_UNAVAILABLE, shown=inner)
        case UserFailed(error=SystemExit() as inner):
            return Failure(_exit_code(inner), said=f"the step called sys.exit({inner.code!r}), so it has not finished", shown=inner)
        case UserFailed(error=KeyboardInterrupt() as inner):
            return Failure(_EXIT_INTERRUPTED, shown=inner)
        case UserFailed(error=inner):
            return Failure(EXIT_USER_ERROR, shown=inner)
        case KeyboardInterrupt():
            return Failure(_EXIT_INTERRUPTED, said="interrupted")
        case NameTaken():
            return Failure(EXIT_NO_RETRY, said=str(error), recorded=False)
        case Refused() | PlanRefused() | MetaflowException():
            return Failure(EXIT_NO_RETRY, said=str(error))
        case StoreUnavailable():
            return Failure(EXIT_STORE_UNAVAILABLE, said=str(error), recorded=False)
        case StoreError() | ArtifactError():
            return Failure(EXIT_USER_ERROR, said=str(error))
        case _:
            return Failure(EXIT_BUG, said="this is a bug in flowc, not in your flow", shown=error)


def _exit_code(error: SystemExit) -> int:
    code = error.code
    return code if isinstance(code, int) and 0 < code < 126 and code not in _OURS else EXIT_USER_ERROR
