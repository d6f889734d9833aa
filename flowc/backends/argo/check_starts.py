"""What Argo cannot take of `@schedule`, `@trigger` and `@trigger_on_finish`."""

import re
from typing import Final

from flowc.backends.argo.cron import argo_cron, why_not
from flowc.backends.argo.options import ArgoOptions
from flowc.backends.check_starts import check_known, check_required, starters
from flowc.backends.starts import cron_text, events_of
from flowc.diagnostics import codes
from flowc.diagnostics.model import Report
from flowc.ir.cron import CronError, parse_cron
from flowc.ir.graph import Decorator, FlowGraph
from flowc.runtime_shim.contract import Plan

_EVENT_NAME: Final = re.compile(r"[^'\\{}\x00-\x1f\ud800-\udfff]+\Z")
_FIELD: Final = re.compile(r"[A-Za-z0-9_-]+\Z")


def check_starts(graph: FlowGraph, plan: Plan, options: ArgoOptions, report: Report) -> None:
    """Report times and events that no CronWorkflow or Sensor can hold, and parameters that nobody could give such a run."""
    for decorator in starters(graph):
        if not check_known(decorator, "argo", report):
            continue
        filled: set[str] = set()
        if decorator.name == "schedule":
            _check_cron(decorator, report)
        if decorator.name == "trigger":
            _check_names(decorator, report)
            filled = {name for event in events_of(decorator) for name, _ in event.fills}
        if decorator.name == "trigger_on_finish" and options.event_url is None:
            report(
                codes.NOBODY_ANNOUNCES,
                decorator.span,
                target="argo",
                notes=["Argo tells nobody by itself that a run has ended"],
                help='set argo.event_url = "…" in flowc.toml, the webhook of the event source: every flow then announces its end there',
            )
        outcome = "Argo ends such a run in an error before its first step"
        check_required(graph, plan, decorator, report, outcome=outcome, filled=filled)


def _check_cron(decorator: Decorator, report: Report) -> None:
    text, given = cron_text(decorator), decorator.argument("cron")
    if text is None or given is None:
        return
    try:
        parse_cron(text)
    except CronError:
        return
    if argo_cron(text) is None:
        report(
            codes.CRON_NOT_ON_TARGET,
            given.span,
            cron=given.value,
            target="argo",
            why=why_not(text),
            help="write minute, hour, day of month, month, day of week, with numbers, names, *, ranges, lists and steps",
        )


def _check_names(decorator: Decorator, report: Report) -> None:
    for event in events_of(decorator):
        bad = [event.name] if not _EVENT_NAME.match(event.name) else [field for _, field in event.fills if not _FIELD.match(field)]
        for name in bad:
            report(
                codes.EVENT_NAME_ON_TARGET,
                decorator.span,
                name=name,
                target="argo",
                help="use letters, digits, -, _ and dots; in fields of an event no dots",
            )
