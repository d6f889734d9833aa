"""What Airflow cannot take, checked before anything is written. Facts of November 2026, Airflow 2.10 to 3.3."""

import json
import math
import re
from typing import Final

from flowc.backends.airflow.check_events import check_events
from flowc.backends.airflow.layout import fused_loops
from flowc.diagnostics import codes
from flowc.diagnostics.model import Report
from flowc.ir.graph import MISSING, Missing, NextForeach, NextSplit, NextSwitch, Parameter, Step
from flowc.ir.regions import RegionTree
from flowc.ir.values import Unknown, Value, first_unknown
from flowc.runtime_shim.contract import PARAMS, Plan, PlanStep
from flowc.source import Span

MAX_ID_LENGTH: Final = 250
"""Characters of a dag_id or task_id: `airflow/sdk/definitions/_internal/node.py`."""

MAX_ENVIRONMENT_BYTES: Final = 128 * 1024
"""Bytes of one `NAME=value`, its final zero included: MAX_ARG_STRLEN of Linux, `execve(2)`."""

TIMEOUT_MARGIN_SECONDS: Final = 60
"""How long after the shim's own timer Airflow ends a step that ignored it."""

MAX_QUICK_WIDTH: Final = 1000
"""Tasks side by side from which on Airflow's scheduler is the slow part: measured in 2026 on two cores."""

LONGEST_SUFFIX: Final = "__splits_"

_SURROGATE = re.compile("[\ud800-\udfff]")


def check_limits(tree: RegionTree, plan: Plan, report: Report) -> None:
    """Report names that are too long, values that are not known in time, and values that no environment or form can hold."""
    graph = tree.graph
    _check_length("flow name", plan["flow"], MAX_ID_LENGTH, graph.span, report)
    for step in graph.steps:
        _check_length("step name", step.name, MAX_ID_LENGTH - len(LONGEST_SUFFIX), step.span, report)
        if isinstance(step.transition, NextSwitch):
            for edge in step.edges:
                _check_length("gate of the arm", f"{step.name}__{edge.target}_", MAX_ID_LENGTH, edge.span, report)
        _check_known(step, plan["steps"][step.name], report)
        _check_environment(step, plan["steps"][step.name], report)
        _check_width(step, report)
    _check_loops(tree, report)
    check_events(graph, plan, report)
    for parameter in graph.parameters:
        _check_default(parameter, report)
    _check_size(tree, plan, report)


def _check_length(what: str, name: str, limit: int, span: Span, report: Report) -> None:
    if len(name) > limit:
        report(codes.NAME_TOO_LONG_FOR_TARGET, span, what=f"{what} {name[:40]!r}…", length=len(name), limit=limit, target="airflow")


def _check_known(step: Step, planned: PlanStep, report: Report) -> None:
    """Retries and timeouts stand in the DAG file, so their numbers must be in the source."""
    for name, value in (("retry", planned.get("retries", 0)), ("timeout", planned.get("timeout", 0)), ("catch", planned.get("catch", 0))):
        decorator = step.decorator(name)
        if value is None and decorator is not None:
            unknown = next((found for argument in decorator.arguments if (found := first_unknown(argument.value))), None)
            report(
                codes.VALUE_UNKNOWN_TO_TARGET,
                decorator.span,
                what=f"an argument of @{name}",
                target="airflow",
                notes=[f"it is unknown because {unknown.why}"] if unknown else (),
                help="write a literal, a module constant or a class constant",
            )


def _check_width(step: Step, report: Report) -> None:
    if isinstance(step.transition, NextSplit) and len(step.transition.edges) > MAX_QUICK_WIDTH:
        report(
            codes.WEAK_ON_TARGET,
            step.transition.span,
            construct=f"split into {len(step.transition.edges)} branches",
            target="airflow",
            notes=[f"the scheduler takes about 0.2 s for each task of a run, so more than {MAX_QUICK_WIDTH} side by side start slowly"],
        )


def _check_loops(tree: RegionTree, report: Report) -> None:
    """What stands side by side in a loop is run in turn by the one task of the loop."""
    for name, loop in fused_loops(tree).items():
        transition = tree.graph.by_name[name].transition
        if loop is None or not isinstance(transition, NextForeach | NextSplit):
            continue
        what, parts = ("foreach", "items") if isinstance(transition, NextForeach) else ("split", "branches")
        report(
            codes.WEAK_ON_TARGET,
            transition.span,
            construct=f"{what} in a loop",
            target="airflow",
            notes=[f"one task runs all turns of the loop of step {str(loop)!r}: the {parts} run in turn, not at the same time"],
        )


def _check_environment(step: Step, planned: PlanStep, report: Report) -> None:
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
        elif len(f"{name}={value}".encode()) >= MAX_ENVIRONMENT_BYTES:
            report(codes.ENVIRONMENT_VALUE, decorator.span, name=name, notes=["Linux takes at most 128 KiB for one variable"])


def _check_default(parameter: Parameter, report: Report) -> None:
    if parameter.default is MISSING or isinstance(parameter.default, Missing):
        return
    trouble = _not_json(parameter.default)
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


def _check_size(tree: RegionTree, plan: Plan, report: Report) -> None:
    """All values travel in one environment variable; a run that gives larger ones is the shim's to refuse."""
    size = len(json.dumps({parameter["name"]: parameter.get("default") for parameter in plan["parameters"]}))
    if size + len(PARAMS) + 2 > MAX_ENVIRONMENT_BYTES:
        largest = max(plan["parameters"], key=lambda parameter: len(json.dumps(parameter.get("default"))))
        span = next(parameter.span for parameter in tree.graph.parameters if parameter.name == largest["name"])
        report(
            codes.DEFAULTS_TOO_LARGE,
            span,
            size=size,
            limit=MAX_ENVIRONMENT_BYTES,
            target="airflow",
            help="put the data into a file and read it with IncludeFile or Config",
        )


def _not_json(value: Value) -> str | None:
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
