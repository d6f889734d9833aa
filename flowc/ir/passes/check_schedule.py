"""@schedule: one way to say when, a cron expression that means something, a time zone that exists."""

from functools import cache
from zoneinfo import available_timezones

from flowc.diagnostics import Label, Report, codes
from flowc.diagnostics.near_miss import did_you_mean
from flowc.ir.cron import CronError, parse_cron
from flowc.ir.graph import Argument, Decorator, FlowGraph
from flowc.ir.passes.decorated import each_decorator
from flowc.ir.values import Unknown

_PRESETS = ("cron", "weekly", "daily", "hourly")


def check_schedule(graph: FlowGraph, report: Report) -> None:
    """Report a schedule that says two times, none, an invalid cron expression or an unknown time zone."""
    for decorator in each_decorator(graph, "schedule"):
        _check_presets(decorator, report)
        cron = decorator.argument("cron")
        if cron is not None and isinstance(cron.value, str):
            _check_cron(cron, cron.value, report)
        zone = decorator.argument("timezone")
        if zone is not None and isinstance(zone.value, str):
            _check_zone(zone, zone.value, report)


def _check_presets(decorator: Decorator, report: Report) -> None:
    said = [argument for argument in decorator.arguments if argument.name in _PRESETS]
    true = [argument for argument in said if argument.value and not isinstance(argument.value, Unknown)]
    for second in true[1:]:
        report(
            codes.CONFLICTING_ARGUMENTS,
            second.span,
            decorator=decorator.name,
            first=true[0].name,
            second=second.name,
            labels=[Label(true[0].span, "the other one")],
            help="keep one of them",
        )
    daily = decorator.value("daily", True)
    if not true and not daily and not any(isinstance(argument.value, Unknown) for argument in said):
        report(codes.NOTHING_NAMED, decorator.span, decorator=decorator.name, what="time", help="give it cron, weekly, daily or hourly")


def _check_cron(argument: Argument, text: str, report: Report) -> None:
    try:
        parse_cron(text)
    except CronError as error:
        report(
            codes.INVALID_CRON,
            argument.span,
            cron=text,
            why=str(error),
            help="fields are minute, hour, day of month, month, day of week, and optionally the year",
        )


@cache
def _known_zones() -> frozenset[str]:
    """Return the zones that this machine knows; none where it has no database of them."""
    return frozenset(available_timezones())


def _check_zone(argument: Argument, zone: str, report: Report) -> None:
    known = _known_zones()
    if known and zone not in known:
        help_text = did_you_mean(zone, sorted(known)) or "name a zone of the IANA database, such as Europe/Berlin"
        report(codes.UNKNOWN_TIME_ZONE, argument.span, zone=zone, help=help_text)
