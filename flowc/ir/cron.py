"""Cron expressions of `@schedule`: five fields as Unix, Argo and Airflow read them, or six as EventBridge does (with the year).

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html for the six fields and `? L W #`.
"""

import re
from dataclasses import dataclass
from typing import Final

MACROS: Final = ("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly")
_MONTHS: Final = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS: Final = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_RANGE: Final = re.compile(r"(?P<first>[0-9A-Za-z]+)(?:-(?P<last>[0-9A-Za-z]+))?\Z")


class CronError(ValueError):
    """The expression means nothing; the message is a phrase."""


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    least: int
    most: int
    words: tuple[str, ...] = ()
    special: re.Pattern[str] | None = None


_FIELDS: Final = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of month", 1, 31, special=re.compile(r"\?|L|LW|L-[0-9]{1,2}|(?:[1-9]|[12][0-9]|3[01])W", re.IGNORECASE)),
    _Field("month", 1, 12, words=tuple(_MONTHS)),
    _Field("day of week", 0, 7, words=tuple(_DAYS), special=re.compile(r"\?|L|(?:[0-7]|[A-Za-z]{3})(?:L|#[1-5])", re.IGNORECASE)),
    _Field("year", 1970, 2199),
)


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression as its fields, text as written: five or six, or none for a macro such as `@daily`."""

    fields: tuple[str, ...]
    macro: str | None = None


def parse_cron(text: str) -> Cron:
    """Return the fields of `text`; raises CronError with a phrase that says what is wrong, and where."""
    if text.strip().startswith("@"):
        if text.strip().lower() not in MACROS:
            raise CronError(f"{text.strip()} is not one of {', '.join(MACROS)}")
        return Cron((), text.strip().lower())
    fields = tuple(text.split())
    if len(fields) not in (5, 6):
        raise CronError(f"it has {len(fields)} {'field' if len(fields) == 1 else 'fields'}, not 5, or 6 with the year")
    for spec, written in zip(_FIELDS, fields, strict=False):
        for item in written.split(","):
            _check_item(spec, item)
    return Cron(fields)


def _check_item(spec: _Field, item: str) -> None:
    if spec.special and spec.special.fullmatch(item):
        return
    span, slash, step = item.partition("/")
    if slash and not (step.isascii() and step.isdigit() and int(step) > 0):
        raise CronError(f"{spec.name} {item!r} has no step above zero behind the slash")
    if span == "*":
        return
    read = _RANGE.match(span)
    if read is None:
        raise CronError(f"{spec.name} {item!r} is not understood")
    for end in (read["first"], read["last"]):
        if end is not None:
            _check_number(spec, end)


def _check_number(spec: _Field, text: str) -> None:
    if text.lower() in spec.words:
        return
    if not text.isascii() or not text.isdigit():
        raise CronError(f"{spec.name} {text!r} is not understood")
    if not spec.least <= int(text) <= spec.most:
        raise CronError(f"{spec.name} {text} is not from {spec.least} to {spec.most}")
