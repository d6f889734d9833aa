"""What EventBridge cannot do of `@schedule`, `@trigger` and `@trigger_on_finish`."""

from typing import Final

from flowc.backends.stepfunctions.cron import eventbridge_cron
from flowc.backends.stepfunctions.events import cron_of, entries_of
from flowc.diagnostics import codes
from flowc.diagnostics.model import Report
from flowc.ir.cron import CronError
from flowc.ir.graph import Decorator, FlowGraph
from flowc.ir.values import Value, first_unknown
from flowc.runtime_shim.contract import Plan

_STARTERS: Final = ("schedule", "trigger", "trigger_on_finish")


def check_events(graph: FlowGraph, plan: Plan, report: Report) -> None:
    """Report times and events that EventBridge has no notion of, and parameters that nobody could give a run that starts by itself."""
    for decorator in graph.decorators:
        if decorator.origin != "flowc" or decorator.name not in _STARTERS:
            continue
        if not _is_known(decorator, report):
            continue
        _check_required(graph, plan, decorator, report)
        if decorator.name == "schedule":
            _check_cron(decorator, report)
        else:
            _check_single(decorator, report)


def _is_known(decorator: Decorator, report: Report) -> bool:
    known = True
    for argument in decorator.arguments:
        unknown = None if argument.name == "options" else first_unknown(argument.value)
        if unknown is not None:
            known = False
            report(
                codes.VALUE_UNKNOWN_TO_TARGET,
                argument.span,
                what=f'argument "{argument.name}" of @{decorator.name}',
                target="stepfunctions",
                notes=[f"it is unknown because {unknown.why}"],
                help="write a literal, a module constant or a class constant",
            )
    return known


def _check_required(graph: FlowGraph, plan: Plan, decorator: Decorator, report: Report) -> None:
    filled = {name for entry in entries_of(decorator) for name in _filled(entry)} if decorator.name == "trigger" else set()
    for parameter in plan["parameters"]:
        if parameter["required"] and "default" not in parameter and parameter["name"] not in filled:
            report(
                codes.REQUIRED_PARAMETER_UNGIVEN,
                next(found.span for found in graph.parameters if found.name == parameter["name"]),
                name=parameter["name"],
                decorator=decorator.name,
                notes=["such a run fails in its first step"],
                help=f"give the parameter a default, or take @{decorator.name} off",
            )


def _filled(entry: Value) -> tuple[str, ...]:
    """The parameters that an event fills: keys, or entries of a list, alone or first of a pair."""
    mapping = entry.get("parameters") if isinstance(entry, dict) else None
    if isinstance(mapping, str):
        return (mapping,)
    entries = list(mapping) if isinstance(mapping, dict | list | tuple) else []
    names = [item[0] if isinstance(item, tuple | list) and item else item for item in entries]
    return tuple(name for name in names if isinstance(name, str))


def _check_cron(decorator: Decorator, report: Report) -> None:
    text, given = cron_of(decorator), decorator.argument("cron")
    if text is None or given is None:
        return
    try:
        eventbridge_cron(text)
    except CronError as error:
        report(
            codes.CRON_NOT_ON_TARGET,
            given.span,
            cron=given.value,
            target="stepfunctions",
            why=str(error),
            help="write minute, hour, day of month, month, day of week, one of the two days as *",
        )


def _check_single(decorator: Decorator, report: Report) -> None:
    count = len(list(entries_of(decorator)))
    if count > 1:
        report(
            codes.SEVERAL_EVENTS,
            decorator.span,
            decorator=decorator.name,
            count=count,
            help="name one of them, or have whoever sends them send another one when all have happened",
        )
