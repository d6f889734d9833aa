"""What happens after an attempt of a task: how often it is retried, how long to wait, who catches, when it is too late."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flowc.runtime_shim.contract import EXIT_NO_RETRY, PlanStep

HARD_KILL_MARGIN = 10.0
"""Seconds that a step has to end by itself after its soft timer (`@timeout`) went off in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Of one step. Attempts 0 to `retries` run user code; where `catches`, one more commits what a killed process left undone."""

    retries: int = 0
    retry_seconds: float = 0.0
    catches: bool = False
    catch: str | None = None
    timeout: float | None = None

    def wait_before(self, attempt: int, status: int) -> float | None:
        """Return the seconds to wait before the attempt after `attempt`, which ended with `status`; None if there is none."""
        if status == EXIT_NO_RETRY:
            return None
        if attempt < self.retries:
            return self.retry_seconds
        if attempt == self.retries and self.catches:
            return 0.0
        return None


def policy_of(step: PlanStep, known: Mapping[str, Any]) -> Policy:
    """Return the policy of a step; `known` has the values that its plan leaves open, as the imported flow says them."""

    def value(name: str, default: Any) -> Any:
        if name not in step:
            return default
        planned = step[name]  # type: ignore[literal-required]  # the callers below name keys of PlanStep
        return known.get(name, default) if planned is None else planned

    catch = step.get("catch")
    return Policy(
        retries=int(value("retries", 0) or 0),
        retry_seconds=float(value("retry_seconds", 0) or 0),
        catches="catch" in step,
        catch=catch.get("var") if catch else None,
        timeout=value("timeout", None),
    )


def has_open(step: PlanStep, *names: str) -> bool:
    """Whether the plan leaves one of these values open, for only the imported flow can say it."""
    return any(name in step and step[name] is None for name in names)  # type: ignore[literal-required]  # names of PlanStep


def has_open_values(steps: Mapping[str, PlanStep]) -> bool:
    """Whether the engine has to ask the imported flow for something."""
    return any(has_open(step, "retries", "retry_seconds", "timeout") for step in steps.values())
