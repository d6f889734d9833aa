"""Values that no process, pod or JSON document can be given: variables of `@environment`, defaults of parameters."""

import math
import re
from typing import Final

from flowc.diagnostics import codes
from flowc.diagnostics.model import Report
from flowc.ir.graph import Missing, Parameter, Step
from flowc.ir.values import Unknown, Value
from flowc.runtime_shim.contract import PlanStep

MAX_VARIABLE_BYTES: Final = 128 * 1024
"""Bytes of one `NAME=value`, its final zero included: MAX_ARG_STRLEN of Linux, `execve(2)`."""

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def check_environment(step: Step, planned: PlanStep, report: Report) -> None:
    """Report variables of `@environment` that no process can be given."""
    decorator = step.decorator("environment")
    if decorator is None:
        return
    for name, value in (planned.get("environment") or {}).items():
        if name.startswith("FLOWC_"):
            report(codes.ENVIRONMENT_NAME, decorator.span, name=name, notes=["names that begin with FLOWC_ tell the task what to run"])
        elif _SURROGATE.search(value):
            report(codes.TEXT_NOT_UNICODE, decorator.span, what=f"environment variable {name!r}")
        elif "\0" in value:
            report(codes.ENVIRONMENT_VALUE, decorator.span, name=name, notes=["it holds a zero byte"])
        elif len(f"{name}={value}".encode()) >= MAX_VARIABLE_BYTES:
            report(codes.ENVIRONMENT_VALUE, decorator.span, name=name, notes=["Linux takes at most 128 KiB for one variable"])


def check_default(parameter: Parameter, report: Report) -> None:
    """Report a default that JSON cannot hold."""
    if isinstance(parameter.default, Missing):
        return
    trouble = not_json(parameter.default)
    if trouble == "surrogate":
        report(codes.TEXT_NOT_UNICODE, parameter.span, what=f"default of parameter {parameter.name!r}")
    elif trouble is not None:
        report(
            codes.DEFAULT_NOT_JSON,
            parameter.span,
            name=parameter.name,
            notes=[f"it holds {trouble}"],
            help="use text, numbers, true, false, null, lists and dictionaries with text as keys",
        )


def not_json(value: Value) -> str | None:
    """Say what in `value` is no JSON; "surrogate" for text that is no Unicode; None where all is well or not known."""
    pending: list[Value] = [value]
    while pending:
        here = pending.pop()
        if isinstance(here, Unknown) or here is None or isinstance(here, bool | int):
            continue
        if isinstance(here, str):
            if _SURROGATE.search(here):
                return "surrogate"
        elif isinstance(here, float):
            if not math.isfinite(here):
                return f"the number {here}"
        elif isinstance(here, list):
            pending.extend(here)
        elif isinstance(here, dict):
            if not all(isinstance(key, str) for key in here):
                return "a dictionary whose keys are not all text"
            pending.extend([*here.keys(), *here.values()])
        else:
            return f"a {type(here).__name__}"
    return None
