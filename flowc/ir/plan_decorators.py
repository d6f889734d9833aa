"""What step decorators add to the plan. Defaults are Metaflow's (2.19.39, seen in its documentation and by running it)."""

from operator import mul

from flowc.ir.graph import Decorator, Step
from flowc.ir.values import Value
from flowc.runtime_shim.contract import PlanCatch, PlanStep

RETRY_TIMES = 3
RETRY_MINUTES = 2


def plan_decorators(step: Step, planned: PlanStep) -> None:
    """Add the policies of `step` to `planned`: null where a value is known at run time only, nothing without the decorator."""
    if retry := step.decorator("retry"):
        times = _number(retry.value("times", RETRY_TIMES))
        minutes = _number(retry.value("minutes_between_retries", RETRY_MINUTES))
        planned["retries"] = None if times is None else int(times)
        planned["retry_seconds"] = None if minutes is None else minutes * 60.0
    if catch := step.decorator("catch"):
        planned["catch"] = _catch(catch)
    if timeout := step.decorator("timeout"):
        parts = [_number(timeout.value(name, 0)) for name in ("hours", "minutes", "seconds")]
        known = [part for part in parts if part is not None]
        planned["timeout"] = sum(map(mul, known, (3600.0, 60.0, 1.0))) if len(known) == len(parts) else None
    if environment := step.decorator("environment"):
        planned["environment"] = _environment(environment.value("vars", {}))


def _catch(catch: Decorator) -> PlanCatch | None:
    var, shown = catch.value("var"), catch.value("print_exception", True)
    if not isinstance(var, str | None) or not isinstance(shown, bool | int):
        return None
    return PlanCatch(var=var, print_exception=bool(shown))


def _environment(variables: Value) -> dict[str, str] | None:
    if not isinstance(variables, dict):
        return None
    known: dict[str, str] = {}
    for name, value in variables.items():
        if not isinstance(name, str) or not isinstance(value, str | int | float):
            return None
        known[name] = str(value)
    return known


def _number(value: Value) -> float | None:
    """A number, also one given as text, as `--with retry:times=4` does; None where it is not known."""
    if isinstance(value, int | float):
        return value
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return None
    return None
