"""What the decorators of a step ask of the runtime: from the plan, or from the imported flow where the plan could not know."""

import os
from collections.abc import Mapping, Sequence

from flowc.runtime_shim.contract import Attempt
from flowc.runtime_shim.decorators import Applied, find, step_decorators
from flowc.runtime_shim.exceptions import MetaflowException
from flowc.runtime_shim.loading import LoadedFlow
from flowc.runtime_shim.typed import Any, NamedTuple


class Retry(NamedTuple):
    """`times` more attempts after the first, `seconds` apart."""

    times: int
    seconds: float


class Catch(NamedTuple):
    """Go on after the last attempt; `var` is the artifact that takes the exception."""

    var: str | None
    print_exception: bool


def retry_of(flow: LoadedFlow, step: str) -> Retry:
    """Return how often and how far apart a step is tried again; without `@retry`, no times."""
    planned = flow.plan["steps"][step]
    if "retries" not in planned:
        return Retry(0, 0.0)
    times, seconds = planned.get("retries"), planned.get("retry_seconds")
    if times is None or seconds is None:
        arguments = _arguments(flow, step, "retry")
        times = int(arguments["times"]) if times is None else times
        seconds = float(arguments["minutes_between_retries"]) * 60 if seconds is None else seconds
    return Retry(times, seconds)


def catch_of(flow: LoadedFlow, attempt: Attempt) -> Catch | None:
    """Return what `@catch` asks for, None without it; a variable that the engine names comes first."""
    planned = flow.plan["steps"][attempt.step]
    if "catch" not in planned and not attempt.catches and attempt.catch is None:
        return None
    found = planned.get("catch")
    if found is None and "catch" in planned:
        arguments = _arguments(flow, attempt.step, "catch")
        found = {"var": arguments["var"], "print_exception": bool(arguments["print_exception"])}
    var = attempt.catch or (found["var"] if found else None)
    return Catch(var, found["print_exception"] if found else True)


def timeout_of(flow: LoadedFlow, attempt: Attempt) -> float | None:
    """Return the seconds that user code may take, None for no bound; what the engine says comes first."""
    if attempt.timeout is not None:
        return attempt.timeout
    planned = flow.plan["steps"][attempt.step]
    if "timeout" not in planned:
        return None
    seconds = planned.get("timeout")
    if seconds is None:
        arguments = _arguments(flow, attempt.step, "timeout")
        seconds = float(arguments["hours"]) * 3600 + float(arguments["minutes"]) * 60 + float(arguments["seconds"])
    return seconds


def set_environment(flow_class: type, step: str, engine: str = "local") -> None:
    """Put the variables of `@environment` and of inline `@secrets` into this process's environment.

    Raises MetaflowException for a source of secrets that this version cannot read, or a secret that would replace a variable.
    """
    marks = step_decorators(flow_class, step)
    for mark in reversed(marks):
        if mark.name == "environment":
            os.environ.update({str(name): str(value) for name, value in (mark.arguments["vars"] or {}).items()})
    for mark in marks:
        if mark.name == "secrets":
            _set_secrets(mark, step, _SET_BY_ENGINE.get(engine, _SET_BY_OTHERS))


_SET_BY_OTHERS = ("kubernetes",)
"""Sources whose variables are there already: those of a pod; elsewhere they are for whoever runs the flow to set."""
_SET_BY_ENGINE = {"stepfunctions": (*_SET_BY_OTHERS, "aws-secrets-manager")}


def _set_secrets(mark: Applied, step: str, set_by_others: Sequence[str]) -> None:
    for source in mark.arguments["sources"] or ():
        kind = source.get("type") if isinstance(source, Mapping) else str(source).partition(".")[0]
        if kind in set_by_others:
            continue
        if kind != "inline" or not isinstance(source, Mapping):
            raise MetaflowException(
                f"step {step!r}: @secrets source {kind!r} cannot be read by this version of flowc; it reads 'inline'. "
                "Have the engine set the variables instead, for one by a Kubernetes secret"
            )
        variables = (source.get("options") or {}).get("env_vars") or {}
        taken = sorted(name for name in variables if name in os.environ)
        if taken and not mark.arguments["allow_override"]:
            raise MetaflowException(f"step {step!r}: @secrets would replace {', '.join(taken)}; say allow_override=True if it may")
        os.environ.update({str(name): str(value) for name, value in variables.items()})


def _arguments(flow: LoadedFlow, step: str, name: str) -> Mapping[str, Any]:
    found = find(step_decorators(flow.flow_class, step), name)
    if found is None:
        raise MetaflowException(f"step {step!r} was compiled with @{name}, and has none when it is imported")
    return found.arguments
