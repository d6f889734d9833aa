"""`FlowSpec`: the base of every flow. An instance is bound to one task; its attributes are the task's artifacts.

Attributes that a step sets live in the instance's dictionary, like those of any object; what a parent left is loaded at first
touch. Parameters, configs and class constants are fixed: they read the same in every task and cannot be set.
"""

import sys
import types
from collections.abc import Callable, Collection, Sequence

from flowc.runtime_shim.config import Config
from flowc.runtime_shim.contract import PlanStep
from flowc.runtime_shim.exceptions import InvalidNextException, MetaflowException
from flowc.runtime_shim.parameters import Parameter
from flowc.runtime_shim.transitions import Transition, check_transition, read_transition
from flowc.runtime_shim.typed import Any, ClassVar, NoReturn, Protocol


class Values(Protocol):
    """Artifacts that a task starts from, none of the fixed ones among them."""

    def get(self, name: str) -> Any:
        """Return the value; raises KeyError where there is none."""
        ...

    def names(self) -> Collection[str]:
        """Return what there is."""
        ...

    def identity(self, name: str) -> Any:
        """Return what makes two artifacts the same."""
        ...

    def take(self, name: str, branch: Any) -> None:
        """Take an artifact over from `branch`, other Values of the same kind."""
        ...


class Frame(Protocol):
    """One foreach or gang around a task."""

    @property
    def index(self) -> int:
        """Which item this is, from 0."""
        ...

    @property
    def count(self) -> int:
        """How many items there are."""
        ...

    @property
    def item(self) -> Any:
        """The item as recorded when the foreach was opened."""
        ...


class Bound:
    """What an instance of a flow is bound to while it stands for one task."""

    def __init__(
        self,
        flow_class: type["FlowSpec"],
        step: str,
        values: Values,
        fixed: Callable[[str], Any],
        *,
        frames: Callable[[], Sequence[Frame]] = tuple,
        plan: PlanStep | None = None,
        joins: bool = False,
    ) -> None:
        self.step = step
        self.values = values
        self.fixed = fixed
        self.frames = frames
        self.plan = plan
        self.joins = joins
        self.deleted: set[str] = set()
        self.merged: set[str] = set()
        self.read_only = frozenset(fixed_names(flow_class)) | frozenset(steps_of(flow_class))
        self.transition: Transition | None = None

    def has(self, name: str) -> bool:
        """Whether an artifact of this name came from a parent or a merge, and was not deleted."""
        return name not in self.deleted and name in self.values.names()


class _FlowName:
    """`self.name`: the flow's, unless a step made an artifact of that name, which goes on like any other."""

    def __get__(self, instance: Any, owner: type) -> Any:
        bound: Bound | None = None if instance is None else instance.__dict__.get("_flowc")
        if bound is None or not bound.has("name"):
            return owner.__name__
        value = bound.values.get("name")
        instance.__dict__["name"] = value
        return value


command_line: Callable[[type, list[str]], NoReturn] | None = None
"""What `if __name__ == "__main__": TrainFlow()` calls: set by flowc itself, never by the shim."""


class FlowSpec:
    """Base class of flows: subclass it, mark methods with `@step`, connect them with `self.next(…)`."""

    _flowc_running: ClassVar[Bound | None] = None
    name = _FlowName()

    def __init__(self, use_cli: bool = True) -> None:
        if use_cli and command_line is not None and type(self).__module__ == "__main__":
            command_line(type(self), sys.argv[1:])

    @property
    def index(self) -> int | None:
        """Number of this item in the innermost foreach around the step, from 0; None outside any."""
        frames = _bound(self).frames()
        return frames[-1].index if frames else None

    @property
    def input(self) -> Any:
        """Item of the innermost foreach around the step, as it was when the foreach was opened; None outside any."""
        frames = _bound(self).frames()
        return frames[-1].item if frames else None

    def foreach_stack(self) -> list[tuple[int, int, Any]]:
        """Return (index, number of items, item) for every foreach around the step, outermost first."""
        return [(frame.index, frame.count, frame.item) for frame in _bound(self).frames()]

    def next(self, *dsts: Callable[..., Any], **kwargs: Any) -> None:
        """Say which step runs next; the last statement of every step but the end.

        `self.next(self.a)`; `self.next(self.a, self.b)` runs both; `self.next(self.a, foreach="xs")` runs it per item of `self.xs`;
        `self.next(self.a, num_parallel=4)` runs four that see each other; `self.next({"x": self.a, "y": self.b}, condition="kind")`
        runs the one that `self.kind` names.

        Raises:
            InvalidNextException: the call leads nowhere, or not where the compiled flow goes.
            RuntimeError: the condition's value has no case.
        """
        bound = _bound(self)
        if bound.transition is not None:
            raise InvalidNextException(f"step {bound.step!r} calls self.next() twice")
        transition = read_transition(self, bound.step, steps_by_function(type(self)), dsts, kwargs)
        if bound.plan is not None:
            check_transition(transition, bound.step, bound.plan)
        bound.transition = transition

    def merge_artifacts(self, inputs: Any, exclude: list[str] | None = None, include: list[str] | None = None) -> None:
        """Take over, in a join, every artifact on which the branches agree and which this step has not set.

        `exclude` leaves names out, `include` takes only these; not both.

        Raises:
            MetaflowException: not in a join, or both lists given.
            UnhandledInMergeArtifactsException: branches have different values; `artifact_names` lists them.
            MissingInMergeArtifactsException: an included artifact is in no branch.
        """
        from flowc.runtime_shim.merge import merge_artifacts

        merge_artifacts(self, _bound(self), inputs, exclude=exclude or [], include=include or [])

    def __getattr__(self, name: str) -> Any:
        bound: Bound | None = self.__dict__.get("_flowc")
        if bound is None or name.startswith("__"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        if not bound.has(name):
            raise AttributeError(_no_artifact(type(self).__name__, bound, name))
        value = bound.values.get(name)
        self.__dict__[name] = value
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        bound: Bound | None = self.__dict__.get("_flowc")
        if bound is not None and name in bound.read_only:
            kind = "a step" if name in steps_of(type(self)) else "a Parameter or class constant"
            raise AttributeError(f"self.{name} is {kind} of {type(self).__name__}, which a step cannot set")
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        bound: Bound | None = self.__dict__.get("_flowc")
        if bound is None:
            object.__delattr__(self, name)
            return
        if name in bound.read_only:
            raise AttributeError(f"self.{name} is fixed in {type(self).__name__}, and a step cannot delete it")
        if name not in self.__dict__ and not bound.has(name):
            raise AttributeError(_no_artifact(type(self).__name__, bound, name))
        self.__dict__.pop(name, None)
        bound.deleted.add(name)

    def __getstate__(self) -> NoReturn:
        raise MetaflowException(
            "a flow cannot be stored as an artifact; it was perhaps `self` or one of `inputs` that was assigned to an attribute. "
            "Store the attributes that are wanted instead, such as inputs[0].x"
        )

    def __str__(self) -> str:
        bound: Bound | None = self.__dict__.get("_flowc")
        return f"<flow {type(self).__name__}>" if bound is None else f"<flow {type(self).__name__} step {bound.step}>"


def bind(flow_class: type[FlowSpec], bound: Bound) -> Any:
    """Return an instance of the flow that stands for one task, without running the class's `__init__`."""
    flow = flow_class.__new__(flow_class)
    flow.__dict__["_flowc"] = bound
    return flow


def assigned(flow: FlowSpec) -> dict[str, Any]:
    """Return what stands in the instance: artifacts set by the step, and those of a parent that were touched."""
    return {name: value for name, value in flow.__dict__.items() if name != "_flowc"}


def _bound(flow: FlowSpec) -> Bound:
    bound: Bound | None = flow.__dict__.get("_flowc")
    if bound is None:
        raise MetaflowException("this works inside a running step only; flowc.testing.run_step runs one in a test")
    return bound


def _no_artifact(flow_name: str, bound: Bound, name: str) -> str:
    message = f"flow {flow_name} has no artifact {name!r} in step {bound.step!r}"
    if bound.joins:
        return f"{message}; a join starts without artifacts: read inputs[0].{name}, or call self.merge_artifacts(inputs)"
    return message


def steps_of(flow_class: type) -> dict[str, Any]:
    """Return the functions marked `@step` by name, bases first."""
    found: dict[str, Any] = flow_class.__dict__.get("_flowc_steps") or {}
    if not found:
        names = dict.fromkeys(name for base in reversed(flow_class.__mro__) for name in vars(base))
        for name in names:
            function = getattr(flow_class, name, None)
            if getattr(function, "is_step", False) and isinstance(function, types.FunctionType):
                found[name] = function
        flow_class._flowc_steps = found  # type: ignore[attr-defined]
    return found


def steps_by_function(flow_class: type) -> dict[Any, str]:
    """Return the names of the steps by function."""
    return {function: name for name, function in steps_of(flow_class).items()}


def constants_of(flow_class: type) -> dict[str, Any]:
    """Return class attributes that are plain values: no leading underscore, no function, property, class, Parameter or Config."""
    found: dict[str, Any] = {}
    for base in reversed(flow_class.__mro__):
        if base in (object, FlowSpec):
            continue
        found.update({name: value for name, value in vars(base).items() if not name.startswith("_")})
    return {name: value for name, value in found.items() if _is_plain(value)}


def _is_plain(value: Any) -> bool:
    return not isinstance(value, type | Parameter | Config) and not hasattr(type(value), "__get__")


def fixed_names(flow_class: type) -> tuple[str, ...]:
    """Return the attributes of parameters, configs and constants, which read the same in every task."""
    names = dict.fromkeys(name for base in reversed(flow_class.__mro__) for name in vars(base))
    constants = constants_of(flow_class)
    found = {name: getattr_static(flow_class, name) for name in names}
    return tuple(name for name, value in found.items() if name in constants or isinstance(value, Parameter | Config))


def getattr_static(flow_class: type, name: str) -> Any:
    """Return a class attribute as it stands in the class or a base, no descriptor asked."""
    return next((vars(base)[name] for base in flow_class.__mro__ if name in vars(base)), None)
