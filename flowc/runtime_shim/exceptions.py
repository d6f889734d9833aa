"""Exceptions that flows see, under the names Metaflow gives them (`metaflow.exception`, `metaflow.flowspec`, its decorators)."""

from flowc.runtime_shim.tracebacks import format_exception
from flowc.runtime_shim.typed import Any, ClassVar


class MetaflowException(Exception):  # noqa: N818  # Metaflow's name
    """Base of what the authoring layer raises. `headline` names the kind, `message` says what happened."""

    headline: ClassVar[str] = "Flow failed"

    def __init__(self, msg: str = "", lineno: int | None = None, source_file: str | None = None) -> None:
        super().__init__(msg)
        self.message = msg
        self.line_no = lineno
        self.source_file = source_file

    def __str__(self) -> str:
        return self.message


class ParameterFieldFailed(MetaflowException):
    """A function given as a field of a Parameter raised."""

    headline = "Parameter field failed"


class ParameterFieldTypeMismatch(MetaflowException):
    """A value does not fit the declared type of its Parameter."""

    headline = "Parameter field with a mismatching type"


class ExternalCommandFailed(MetaflowException):
    """A command outside Python failed."""

    headline = "External command failed"


class MetaflowNotFound(MetaflowException):
    """The object asked for does not exist."""

    headline = "Object not found"


class MetaflowNamespaceMismatch(MetaflowException):
    """The object asked for stands in another namespace."""

    headline = "Object not in the current namespace"


class MetaflowInvalidPathspec(MetaflowException):
    """A pathspec is malformed."""

    headline = "Invalid pathspec"


class MetaflowInternalError(MetaflowException):
    """An invariant of the runtime does not hold."""

    headline = "Internal error"


class MetaflowTaggingError(MetaflowException):
    """A tag is malformed."""

    headline = "Tagging error"


class MetaflowUnknownUser(MetaflowException):
    """Nobody knows who runs this."""

    headline = "Unknown user"


class InvalidDecoratorAttribute(MetaflowException):
    """A decorator got an argument that it does not have."""

    headline = "Unknown decorator attribute"


class CommandException(MetaflowException):
    """A command was called wrongly."""

    headline = "Invalid command"


class MetaflowDataMissing(MetaflowException):
    """Data that must exist does not."""

    headline = "Data missing"


class UnhandledInMergeArtifactsException(MetaflowException):
    """`merge_artifacts` found artifacts with several values; `artifact_names` lists them."""

    headline = "Unhandled artifacts in merge"

    def __init__(self, msg: str, unhandled: list[str]) -> None:
        super().__init__(msg)
        self.artifact_names = unhandled


class MissingInMergeArtifactsException(MetaflowException):
    """`merge_artifacts` was told to include artifacts that no branch has; `artifact_names` lists them."""

    headline = "Missing artifacts in merge"

    def __init__(self, msg: str, unhandled: list[str]) -> None:
        super().__init__(msg)
        self.artifact_names = unhandled


class InvalidNextException(MetaflowException):
    """`self.next(…)` was called in a way that leads nowhere."""

    headline = "Invalid self.next() transition detected"


class TimeoutException(MetaflowException):
    """The time of `@timeout` is over; user code may catch it."""

    headline = "@timeout"


class FailureHandledByCatch(MetaflowException):
    """Stands for the exception of a step under `@catch` none of whose attempts ended, where none of them could catch one."""

    headline = "Task execution failed but @catch handled it"


class MetaflowExceptionWrapper(Exception):  # noqa: N818  # Metaflow's name
    """What `@catch(var=…)` stores: `type`, `exception` (its text) and `stacktrace` of an exception, picklable whatever that was."""

    def __init__(self, exc: BaseException | None = None) -> None:
        super().__init__()
        self.exception = "" if exc is None else str(exc)
        self.type = "" if exc is None else f"{type(exc).__module__}.{type(exc).__name__}"
        self.stacktrace = None if exc is None or exc.__traceback__ is None else format_exception(exc)

    def __reduce__(self) -> tuple[Any, ...]:
        return MetaflowExceptionWrapper, (None,), self.__dict__

    def __str__(self) -> str:
        return self.stacktrace or f"[no stacktrace]\n{self.type}: {self.exception}"

    def __repr__(self) -> str:
        return str(self)
