"""What Airflow cannot take, checked before anything is written. Facts of November 2026, Airflow 2.10 to 3.3."""

import json
from typing import Final

from flowc.backends.airflow.check_events import check_events
from flowc.backends.airflow.layout import fused_loops
from flowc.backends.check_values import MAX_VARIABLE_BYTES, check_default, check_environment
from flowc.diagnostics import codes
from flowc.diagnostics.model import Report
from flowc.ir.graph import NextForeach, NextSplit, NextSwitch, Step
from flowc.ir.regions import RegionTree
from flowc.ir.values import first_unknown
from flowc.runtime_shim.contract import PARAMS, Plan, PlanStep
from flowc.source import Span

MAX_ID_LENGTH: Final = 250
"""Characters of a dag_id or task_id: `airflow/sdk/definitions/_internal/node.py`."""

TIMEOUT_MARGIN_SECONDS: Final = 60
"""How long after the shim's own timer Airflow ends a step that ignored it."""

MAX_QUICK_WIDTH: Final = 1000
"""Tasks side by side from which on Airflow's scheduler is the slow part: measured in 2026 on two cores."""

LONGEST_SUFFIX: Final = "__splits_"


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
        check_environment(step, plan["steps"][step.name], report)
        _check_width(step, report)
    _check_loops(tree, report)
    check_events(graph, plan, report)
    for parameter in graph.parameters:
        check_default(parameter, report)
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


def _check_size(tree: RegionTree, plan: Plan, report: Report) -> None:
    """All values travel in one environment variable; a run that gives larger ones is the shim's to refuse."""
    size = len(json.dumps({parameter["name"]: parameter.get("default") for parameter in plan["parameters"]}))
    if size + len(PARAMS) + 2 > MAX_VARIABLE_BYTES:
        largest = max(plan["parameters"], key=lambda parameter: len(json.dumps(parameter.get("default"))))
        span = next(parameter.span for parameter in tree.graph.parameters if parameter.name == largest["name"])
        report(
            codes.DEFAULTS_TOO_LARGE,
            span,
            size=size,
            limit=MAX_VARIABLE_BYTES,
            target="airflow",
            help="put the data into a file and read it with IncludeFile or Config",
        )
