"""What Airflow cannot take of `@schedule`, `@trigger` and `@trigger_on_finish`. Facts of November 2026, run on 2.11 and 3.3."""

import re
from typing import Final

from flowc.backends.check_starts import check_known, check_required, starters
from flowc.backends.starts import cron_text
from flowc.diagnostics import codes
from flowc.diagnostics.model import Report
from flowc.ir.cron import CronError, parse_cron
from flowc.ir.graph import Decorator, FlowGraph
from flowc.runtime_shim.contract import Plan

_DAY_OF_MONTH: Final = re.compile(r"L-|W", re.IGNORECASE)
_DAY_OF_WEEK: Final = re.compile(r"L\Z", re.IGNORECASE)


def check_events(graph: FlowGraph, plan: Plan, report: Report) -> None:
    """Report times and events that Airflow has no notion of, and parameters that nobody could give a run that starts by itself."""
    for decorator in starters(graph):
        check_known(decorator, "airflow", report, unread=("options",))
        check_required(graph, plan, decorator, report, outcome="Airflow does not import such a DAG")
        if decorator.name == "schedule":
            _check_cron(decorator, report)


def _check_cron(decorator: Decorator, report: Report) -> None:
    text, given = cron_text(decorator), decorator.argument("cron")
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
