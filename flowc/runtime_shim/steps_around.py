"""User step decorators in Metaflow's form: code around a step, written as a generator or as a class with `pre_step` and `post_step`."""

from collections.abc import Callable

from flowc.runtime_shim.exceptions import MetaflowException
from flowc.runtime_shim.typed import Any

USER_SKIP_STEP: dict[str, Any] = {}
"""Yielded by a user step decorator: do not run the step, go on as its source says."""

_AROUND = "_flowc_around"
_IS_GENERATOR = 0x20
"""CO_GENERATOR of Python's `inspect`, which would cost every task its import."""


class UserStepDecorator:
    """Base class: override `pre_step` and `post_step`; `init` gets the arguments of the decorator."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._function: Any = None
        self.attributes = dict(kwargs)
        if len(args) == 1 and not kwargs and getattr(args[0], "is_step", False):
            self.init()
            self._mark(args[0])
        else:
            self.init(*args, **kwargs)

    def init(self, *args: Any, **kwargs: Any) -> None:
        """Take the arguments of the decorator."""

    def pre_step(self, step_name: str, flow: Any, inputs: Any = None) -> Callable[..., Any] | None:
        """Run before the step; a function that is returned runs instead of it."""
        return None

    def post_step(self, step_name: str, flow: Any, exception: Exception | None = None) -> Any:
        """Run after the step; return an exception to raise, or None to swallow what was raised."""
        return exception

    def __call__(self, function: Any) -> Any:
        """Mark the step."""
        self._mark(function)
        return function

    def __set_name__(self, owner: type, name: str) -> None:
        if self._function is not None:
            setattr(owner, name, self._function)

    def _mark(self, function: Any) -> None:
        self._function = function
        setattr(function, _AROUND, (self, *getattr(function, _AROUND, ())))


class _Generated(UserStepDecorator):
    """A user step decorator made of a generator function."""

    generator: Callable[..., Any]

    def pre_step(self, step_name: str, flow: Any, inputs: Any = None) -> Callable[..., Any] | None:
        from inspect import signature

        function = type(self).generator
        arguments = [step_name, flow, inputs]
        if "attributes" in signature(function).parameters:
            arguments.append(self.attributes)
        self._running = function(*arguments)
        found = next(self._running)
        if found is USER_SKIP_STEP:
            return lambda *_: None
        if found is None or callable(found):
            return found  # type: ignore[no-any-return]  # whatever the generator yields
        raise MetaflowException(f"{function.__name__} yields {found!r}; it may yield nothing, a function or USER_SKIP_STEP")

    def post_step(self, step_name: str, flow: Any, exception: Exception | None = None) -> Any:
        try:
            if exception is None:
                self._running.send(None)
            else:
                self._running.throw(exception)
        except StopIteration:
            return None
        except Exception as error:
            return error
        return MetaflowException(f"{type(self).generator.__name__} yields twice; a step decorator yields once")


def user_step_decorator(function: Callable[..., Any]) -> type[UserStepDecorator]:
    """Return a step decorator out of a generator function `(step_name, flow, inputs[, attributes])` that yields once, for the step."""
    if not function.__code__.co_flags & _IS_GENERATOR:
        raise MetaflowException(f"{function!r} is no generator function; a user step decorator yields where the step runs")
    return type(function.__name__, (_Generated,), {"generator": staticmethod(function), "__module__": function.__module__})


def has_around(function: Any) -> bool:
    """Whether user step decorators stand around a step."""
    return hasattr(function, _AROUND)


def call_around(function: Any, step_name: str, flow: Any, arguments: tuple[Any, ...]) -> None:
    """Call a step with its user step decorators around it, the outermost first."""
    entered: list[UserStepDecorator] = []
    failure: Exception | None = None
    run = function
    try:
        for around in getattr(function, _AROUND, ()):
            replaced = around.pre_step(step_name, flow, *arguments)
            entered.append(around)
            if replaced is not None:
                run = replaced
                break
        run(flow, *arguments)
    except Exception as error:
        failure = error
    for around in reversed(entered):
        try:
            failure = around.post_step(step_name, flow, failure)
        except Exception as error:
            failure = error
    if failure is not None:
        raise failure
