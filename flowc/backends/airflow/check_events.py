"""What Airflow cannot take of `@schedule`, `@trigger` and `@trigger_on_finish`. Facts of November 2026, run on 2.11 and 3.3."""

import re
from typing import Final

from flowc.backends.airflow.schedule import cron_of
from flowc.diagnostics import codes
from flowc.diagnostics.model import Report
from flowc.ir.cron import CronError, parse_cron
from flowc.ir.graph import Decorator, FlowGraph
from flowc.ir.values import first_unknown
from flowc.runtime_shim.contract import Plan

_DAY_OF_MONTH: Final = re.compile(r"L-|W", re.IGNORECASE)
_DAY_OF_WEEK: Final = re.compile(r"L\Z", re.IGNORECASE)


def check_events(graph: FlowGraph, plan: Plan, report: Report) -> None:
    """Report times and events that Airflow has no notion of, and parameters that nobody could give a run that starts by itself."""
    for decorator in graph.decorators:
        if decorator.origin == "flowc" and decorator.name in ("schedule", "trigger", "trigger_on_finish"):
            _check_known(decorator, report)
            _check_required(graph, plan, decorator, report)
            if decorator.name == "schedule":
                _check_cron(decorator, report)


def _check_known(decorator: Decorator, report: Report) -> None:
    for argument in decorator.arguments:
        unknown = None if argument.name == "options" else first_unknown(argument.value)
        if unknown is not None:
            report(
                codes.VALUE_UNKNOWN_TO_TARGET,
                argument.span,
                what=f'argument "{argument.name}" of @{decorator.name}',
                target="airflow",
                notes=[f"it is unknown because {unknown.why}"],
                help="write a literal, a module constant or a class constant",
            )


def _check_required(graph: FlowGraph, plan: Plan, decorator: Decorator, report: Report) -> None:
    for parameter in plan["parameters"]:
        if parameter["required"] and "default" not in parameter:
            span = next(found.span for found in graph.parameters if found.name == parameter["name"])
            report(
                codes.REQUIRED_PARAMETER_UNGIVEN,
                span,
                name=parameter["name"],
                decorator=decorator.name,
                notes=["Airflow does not import such a DAG"],
                help=f"give the parameter a default, or take @{decorator.name} off",
            )


def _check_cron(decorator: Decorator, report: Report) -> None:
    text, given = cron_of(decorator), decorator.argument("cron")
    if text is None or given is None:
        return
    try:
        fields = parse_cron(text).fields
    except CronError:
        return
    why = None
    if len(fields) == 6:
        why = "it has six fields, and Airflow reads the sixth as seconds, not as the year"
    elif any(_DAY_OF_MONTH.search(item) for item in fields[2].split(",")):
        why = f"Airflow does not know the day of month {fields[2]!r}"
    elif any(_DAY_OF_WEEK.search(item) for item in fields[4].split(",")):
        why = f"Airflow does not know the day of week {fields[4]!r}"
    if why is not None:
        report(
            codes.CRON_NOT_ON_TARGET,
            given.span,
            cron=given.value,
            target="airflow",
            why=why,
            help="write minute, hour, day of month, month, day of week, with numbers, names, *, ranges, lists and steps",
        )
