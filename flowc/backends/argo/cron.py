"""Cron expressions as Argo reads them: five fields of robfig/cron, which knows no 7 for Sunday and none of `L W #`.

https://pkg.go.dev/github.com/robfig/cron/v3#hdr-CRON_Expression_Format. The full CRDs since 4.0 take no names of months and days either:
the pattern of `spec.schedules` in `manifests/base/crds/full/argoproj.io_cronworkflows.yaml`.
"""

import re
from typing import Final

from flowc.ir.cron import CronError, parse_cron

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_SPECIAL: Final = re.compile(r"L|W|#", re.IGNORECASE)


def argo_cron(text: str) -> str | None:
    """Return `text`, five fields, as Argo takes it; None where its grammar has no such thing. Assumes that it is valid."""
    try:
        parsed = parse_cron(text)
    except CronError:
        return None
    if parsed.macro is not None:
        return parsed.macro
    fields = list(parsed.fields)
    if len(fields) != 5 or "L" in fields[2].upper() or "W" in fields[2].upper():
        return None
    for number, name in enumerate(_MONTHS, start=1):
        fields[3] = re.sub(name, str(number), fields[3], flags=re.IGNORECASE)
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
        return [f"{int(str(numbers[0])) % 7}{slash}{step}"]
    start, end = (int(str(number)) for number in numbers)
    if start <= end < 7:
        return [f"{start}-{end}{slash}{step}"]
    days = range(start, (end if end > start else end + 7) + 1)
    return [str(day % 7) for day in list(days)[:: int(step) if slash else 1]]


def _day(text: str) -> int | None:
    if text.lower() in _DAYS:
        return _DAYS.index(text.lower())
    return None if _SPECIAL.search(text) or not text.isdigit() else int(text)
