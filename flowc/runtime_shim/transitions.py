"""`self.next(…)`: what a step said about how the flow goes on, checked while the step can still be blamed."""

from collections.abc import Mapping, Sized

from flowc.runtime_shim.contract import PlanStep
from flowc.runtime_shim.exceptions import InvalidNextException
from flowc.runtime_shim.typed import Any, Literal

Kind = Literal["linear", "split", "foreach", "gang", "switch"]


class Transition:
    """How a step goes on. `targets` are the steps that run next, one for a switch; `count` items where it opens a foreach or gang.

    `items` holds the items of a foreach as they came out of the artifact `var`, iterated once.
    """

    __slots__ = ("count", "items", "kind", "targets", "var")

    def __init__(
        self, *, kind: Kind, targets: tuple[str, ...], var: str | None = None, count: int | None = None, items: list[Any] | None = None
    ) -> None:
        self.kind = kind
        self.targets = targets
        self.var = var
        self.count = count
        self.items = items


def read_transition(
    flow: Any, step: str, names: Mapping[Any, str], destinations: tuple[Any, ...], options: Mapping[str, Any]
) -> Transition:
    """Return the transition that `self.next(*destinations, **options)` asks for in `step`.

    `names` maps the functions of the flow's steps to their names. Raises InvalidNextException for a call that leads nowhere, and
    RuntimeError where the value of a switch has no case.
    """
    unknown = sorted(set(options) - {"foreach", "num_parallel", "condition"})
    if unknown:
        raise InvalidNextException(f"step {step!r} passes unknown keyword argument {unknown[0]!r} to self.next()")
    given = {name: value for name, value in options.items() if value is not None}
    if len(given) > 1:
        raise InvalidNextException(f"step {step!r} mixes {' and '.join(sorted(given))} in self.next(); use one of them")
    if "condition" in given:
        return _switch(flow, step, names, destinations, given["condition"])
    if len(destinations) == 1 and isinstance(destinations[0], dict):
        raise InvalidNextException(f"step {step!r} passes cases to self.next() without condition=…")
    targets = tuple(_target(step, names, destination) for destination in destinations)
    if not targets:
        raise InvalidNextException(f"step {step!r} calls self.next() without a step")
    if not given:
        return Transition(kind="linear" if len(targets) == 1 else "split", targets=targets)
    if len(targets) > 1:
        raise InvalidNextException(f"step {step!r} passes {len(targets)} steps to self.next() with {next(iter(given))}; it takes one")
    if "foreach" in given:
        return _foreach(flow, step, targets, given["foreach"])
    size = given["num_parallel"]
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        raise InvalidNextException(f"step {step!r} passes num_parallel={size!r} to self.next(); it takes a whole number from 1 on")
    return Transition(kind="gang", targets=targets, count=size)


def check_transition(transition: Transition, step: str, plan: PlanStep) -> None:
    """Raise InvalidNextException where a step went on in a way that its source, as compiled, does not say."""
    fits = transition.kind == plan["kind"]
    if transition.kind == "switch":
        fits = fits and transition.targets[0] in plan["next"]
    else:
        fits = fits and sorted(transition.targets) == sorted(plan["next"])
    if transition.kind == "foreach":
        fits = fits and transition.var == plan.get("over")
    if not fits:
        raise InvalidNextException(
            f"step {step!r} goes on as {transition.kind} to {', '.join(transition.targets)}, but the flow was compiled as "
            f"{plan['kind']} to {', '.join(plan['next']) or 'nothing'}"
        )


def _target(step: str, names: Mapping[Any, str], destination: Any) -> str:
    function = getattr(destination, "__func__", None)
    name = names.get(function) if function is not None else None
    if name is None:
        raise InvalidNextException(f"step {step!r} passes {destination!r} to self.next(), which is no step of this flow")
    return name


def _switch(flow: Any, step: str, names: Mapping[Any, str], destinations: tuple[Any, ...], condition: Any) -> Transition:
    if len(destinations) != 1 or not isinstance(destinations[0], dict) or not destinations[0]:
        raise InvalidNextException(f"step {step!r} passes condition to self.next(), which then takes one dictionary of cases")
    if not isinstance(condition, str):
        raise InvalidNextException(f"step {step!r} passes condition={condition!r} to self.next(); it takes the name of an artifact")
    cases = {key: _target(step, names, destination) for key, destination in destinations[0].items()}
    value = _artifact(flow, step, "condition", condition)
    try:
        chosen = cases.get(value)
    except TypeError:
        chosen = None
    if chosen is None:
        raise RuntimeError(
            f"step {step!r}: switch condition self.{condition} is {value!r}, which has no case; the cases are {', '.join(map(repr, cases))}"
        )
    return Transition(kind="switch", targets=(chosen,))


def _foreach(flow: Any, step: str, targets: tuple[str, ...], over: Any) -> Transition:
    if not isinstance(over, str):
        raise InvalidNextException(f"step {step!r} passes foreach={over!r} to self.next(); it takes the name of an artifact")
    value = _artifact(flow, step, "foreach", over)
    items = _items(step, over, value)
    if not items:
        raise InvalidNextException(f"step {step!r}: foreach artifact self.{over} is empty; it needs one item at least")
    return Transition(kind="foreach", targets=targets, var=over, count=len(items), items=items)


def _artifact(flow: Any, step: str, option: str, name: str) -> Any:
    try:
        return getattr(flow, name)
    except AttributeError:
        raise InvalidNextException(f"step {step!r}: {option} artifact self.{name} does not exist; set it before self.next()") from None


def _items(step: str, over: str, value: Any) -> list[Any]:
    what = f"step {step!r}: foreach artifact self.{over} is of type {type(value).__name__}"
    if not hasattr(value, "__iter__") and not hasattr(value, "__getitem__"):
        raise InvalidNextException(f"{what}, which cannot be iterated")
    if not isinstance(value, Sized):
        raise InvalidNextException(f"{what}, whose number of items is not known; make it a list")
    iterable: Any = value
    try:
        return list(iterable)
    except Exception as error:
        raise InvalidNextException(f"{what}, which cannot be iterated: {type(error).__name__}: {error}") from error
