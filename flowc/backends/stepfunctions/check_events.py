"""What EventBridge cannot do of `@schedule`, `@trigger` and `@trigger_on_finish`."""

from flowc.backends.check_starts import check_known, check_required, starters
from flowc.backends.stepfunctions.cron import eventbridge_cron
from flowc.backends.stepfunctions.events import cron_of, entries_of
from flowc.diagnostics import codes
from flowc.diagnostics.model import Report
from flowc.ir.cron import CronError
from flowc.ir.graph import Decorator, FlowGraph
from flowc.ir.values import Value
from flowc.runtime_shim.contract import Plan


def check_events(graph: FlowGraph, plan: Plan, report: Report) -> None:
    """Report times and events that EventBridge has no notion of, and parameters that nobody could give a run that starts by itself."""
    for decorator in starters(graph):
        if not check_known(decorator, "stepfunctions", report, unread=("options",)):
            continue
        filled = {name for entry in entries_of(decorator) for name in _filled(entry)} if decorator.name == "trigger" else set()
        check_required(graph, plan, decorator, report, outcome="such a run fails in its first step", filled=filled)
        if decorator.name == "schedule":
            _check_cron(decorator, report)
        else:
            _check_single(decorator, report)


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
