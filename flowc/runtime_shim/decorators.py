"""Decorators of steps and flows. In any order and call form they leave a mark on the function or class, and change nothing else."""

from collections.abc import Callable, Mapping

from flowc.runtime_shim.config import resolve
from flowc.runtime_shim.exceptions import InvalidDecoratorAttribute, MetaflowException
from flowc.runtime_shim.typed import Any, Final, NamedTuple, TypeVar, overload

F = TypeVar("F", bound=Callable[..., Any])
C = TypeVar("C", bound=type)

_STEP_MARKS: Final = "_flowc_decorators"
_FLOW_MARKS: Final = "_flowc_flow_decorators"


class Applied(NamedTuple):
    """A decorator as applied: its name, what was given, and its defaults below that."""

    name: str
    arguments: Mapping[str, Any]


@overload
def step(f: F) -> F: ...
@overload
def step(*, start: bool = False, end: bool = False) -> Callable[[F], F]: ...
def step(f: Any = None, *, start: bool = False, end: bool = False) -> Any:
    """Mark a method of a flow as a step: `@step`, `@step(start=True)`, `@step(end=True)`."""

    def mark(function: Any) -> Any:
        function.is_step = True
        function.step_start = start
        function.step_end = end
        if not hasattr(function, _STEP_MARKS):
            setattr(function, _STEP_MARKS, ())
        return function

    return mark if f is None else mark(f)


class StepDecorator:
    """A decorator of a step; `defaults` are its arguments, `open` says that an engine may know more of them."""

    __slots__ = ("defaults", "name", "open")

    def __init__(self, name: str, defaults: Mapping[str, Any], *, open: bool = False) -> None:
        self.name = name
        self.defaults = defaults
        self.open = open

    @overload
    def __call__(self, function: F, /) -> F: ...
    @overload
    def __call__(self, /, **arguments: Any) -> Callable[[F], F]: ...
    def __call__(self, function: Any = None, /, **arguments: Any) -> Any:
        """Return the function with the mark on it, or what marks a function."""
        _check(self, arguments)
        if function is not None:
            return self._mark(function, {})
        return lambda marked: self._mark(marked, arguments)

    def _mark(self, function: Any, arguments: Mapping[str, Any]) -> Any:
        if not callable(function):
            raise MetaflowException(f"@{self.name} takes keyword arguments only; got {function!r}")
        setattr(function, _STEP_MARKS, (Applied(self.name, {**self.defaults, **arguments}), *getattr(function, _STEP_MARKS, ())))
        return function


class FlowDecorator:
    """A decorator of a flow class; fields as in `StepDecorator`."""

    __slots__ = ("defaults", "name", "open")

    def __init__(self, name: str, defaults: Mapping[str, Any], *, open: bool = False) -> None:
        self.name = name
        self.defaults = defaults
        self.open = open

    @overload
    def __call__(self, flow_class: C, /) -> C: ...
    @overload
    def __call__(self, /, **arguments: Any) -> Callable[[C], C]: ...
    def __call__(self, flow_class: Any = None, /, **arguments: Any) -> Any:
        """Return the class with the mark on it, or what marks a class."""
        _check(self, arguments)
        if flow_class is not None:
            return self._mark(flow_class, {})
        return lambda marked: self._mark(marked, arguments)

    def _mark(self, flow_class: Any, arguments: Mapping[str, Any]) -> Any:
        if not isinstance(flow_class, type):
            raise MetaflowException(f"@{self.name} stands on a flow class and takes keyword arguments only; got {flow_class!r}")
        setattr(flow_class, _FLOW_MARKS, (Applied(self.name, {**self.defaults, **arguments}), *vars(flow_class).get(_FLOW_MARKS, ())))
        return flow_class


def _check(decorator: StepDecorator | FlowDecorator, arguments: Mapping[str, Any]) -> None:
    if decorator.open:
        return
    unknown = sorted(name for name in arguments if name not in decorator.defaults and not name.startswith("_flowc_unpack_"))
    if unknown:
        known = ", ".join(decorator.defaults) or "none"
        raise InvalidDecoratorAttribute(f"@{decorator.name} has no argument {unknown[0]!r}; it has {known}")


retry: Final = StepDecorator("retry", {"times": 3, "minutes_between_retries": 2})
"""Try the step again when it fails: `times` more attempts, `minutes_between_retries` apart."""
catch: Final = StepDecorator("catch", {"var": None, "print_exception": True})
"""Go on when the step fails for good; `var` names the artifact that then holds the exception."""
timeout: Final = StepDecorator("timeout", {"seconds": 0, "minutes": 0, "hours": 0})
"""End the step with a `TimeoutException` after this time; the three are added up."""
resources: Final = StepDecorator("resources", {"cpu": 1, "gpu": None, "disk": None, "memory": 4096, "shared_memory": None}, open=True)
"""What the step needs: `cpu` cores, `memory` and `disk` in MB, `gpu` cards."""
environment: Final = StepDecorator("environment", {"vars": {}})
"""Environment variables of the step, set before its code runs."""
secrets: Final = StepDecorator("secrets", {"sources": [], "role": None, "allow_override": False})
"""Secrets that become environment variables of the step."""
kubernetes: Final = StepDecorator("kubernetes", {}, open=True)
"""Run the step as a pod, with these settings."""
batch: Final = StepDecorator("batch", {}, open=True)
"""Run the step on AWS Batch, with these settings."""
conda: Final = StepDecorator("conda", {"packages": {}, "libraries": {}, "python": None, "disabled": None})
"""Conda packages of the step."""
pypi: Final = StepDecorator("pypi", {"packages": {}, "python": None, "disabled": None})
"""Packages of the step from a Python index."""
card: Final = StepDecorator("card", {"type": "default"}, open=True)
"""A card of the step; read, and not drawn yet."""
parallel: Final = StepDecorator("parallel", {})
"""The step is one of a gang that `self.next(…, num_parallel=n)` starts."""

schedule: Final = FlowDecorator("schedule", {"cron": None, "weekly": False, "daily": True, "hourly": False, "timezone": None})
"""When a deployed flow runs by itself."""
project: Final = FlowDecorator("project", {"name": None, "branch": None, "production": False})
"""The project, and branch of it, that a deployed flow belongs to."""
trigger: Final = FlowDecorator("trigger", {"event": None, "events": [], "options": {}})
"""Events that start a deployed flow."""
trigger_on_finish: Final = FlowDecorator("trigger_on_finish", {"flow": None, "flows": [], "options": {}})
"""Flows whose end starts this one."""
conda_base: Final = FlowDecorator("conda_base", {"packages": {}, "libraries": {}, "python": None, "disabled": None})
"""Conda packages of every step."""
pypi_base: Final = FlowDecorator("pypi_base", {"packages": {}, "python": None, "disabled": None})
"""Packages of every step from a Python index."""
exit_hook: Final = FlowDecorator("exit_hook", {"on_success": [], "on_error": [], "options": {}})
"""Functions to call when a run is over."""


def step_decorators(flow_class: type, step_name: str) -> tuple[Applied, ...]:
    """Return the decorators of a step from the outermost in, config expressions in their arguments worked out."""
    marks: tuple[Applied, ...] = getattr(getattr(flow_class, step_name), _STEP_MARKS, ())
    return _resolved(flow_class, marks)


def flow_decorators(flow_class: type) -> tuple[Applied, ...]:
    """Return the decorators of a flow, those of its bases first, config expressions worked out."""
    marks = tuple(mark for base in reversed(flow_class.__mro__) for mark in vars(base).get(_FLOW_MARKS, ()))
    return _resolved(flow_class, marks)


def _resolved(flow_class: type, marks: tuple[Applied, ...]) -> tuple[Applied, ...]:
    return tuple(Applied(mark.name, resolve(mark.arguments, flow_class)) for mark in marks)


def find(marks: tuple[Applied, ...], name: str) -> Applied | None:
    """Return the decorator called `name`, or None."""
    return next((mark for mark in marks if mark.name == name), None)
