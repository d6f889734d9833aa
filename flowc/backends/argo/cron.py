"""Cron expressions as Argo reads them: five fields of robfig/cron, which knows no 7 for Sunday and none of `L W #`.

https://pkg.go.dev/github.com/robfig/cron/v3#hdr-CRON_Expression_Format
"""

import re
from typing import Final

from flowc.ir.cron import CronError, parse_cron

_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_SPECIAL: Final = re.compile(r"L|W|#", re.IGNORECASE)


def argo_cron(text: str) -> str | None:
    """Return `text`, five fields, as Argo takes it; None where its grammar has no such thing. Assumes that it is valid."""
    try:
        fields = list(parse_cron(text).fields)
    except CronError:
        return None
    if len(fields) != 5 or "L" in fields[2].upper() or "W" in fields[2].upper():
        return None
    days = []
    for item in fields[4].split(","):
        read = _day_item(item)
        if read is None:
            return None
        days.extend(read)
    fields[4] = ",".join(dict.fromkeys(days))
    return " ".join(fields)


def why_not(text: str) -> str:
    """Return why `argo_cron` has no answer for a valid expression, as a phrase."""
    fields = text.split()
    if len(fields) == 6:
        return "it has six fields, and Argo reads five, without the year"
    if "L" in fields[2].upper() or "W" in fields[2].upper():
        return f"Argo does not know the day of month {fields[2]!r}"
    return f"Argo does not know the day of week {fields[4]!r}"


def _day_item(item: str) -> list[str] | None:
    """One item of the day of week, with 0 for Sunday: 7 alone, and at the end of a range that goes on to the next week."""
    span, slash, step = item.partition("/")
    if span in ("*", "?"):
        return [item]
    first, dash, last = span.partition("-")
    numbers = [_day(end) for end in ((first, last) if dash else (first,))]
    if None in numbers:
        return None
    if not dash:
        return [f"{'0' if first == '7' else first}{slash}{step}"]
    start, end = (int(str(number)) for number in numbers)
    if start <= end < 7:
        return [item]
    days = range(start, (end if end > start else end + 7) + 1)
    return [str(day % 7) for day in list(days)[:: int(step) if slash else 1]]


def _day(text: str) -> int | None:
    if text.lower() in _DAYS:
        return _DAYS.index(text.lower())
    return None if _SPECIAL.search(text) or not text.isdigit() else int(text)
