"""Cron expressions in EventBridge's form: six fields, one of day of month and day of week a `?`, days of the week by name.

Unix counts days of the week from 0, Sunday, EventBridge from 1: names say the same on both.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
"""

import re
from typing import Final

from flowc.ir.cron import CronError, parse_cron

_DAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_MACROS: Final = {
    "@yearly": "0 0 1 1 ? *",
    "@annually": "0 0 1 1 ? *",
    "@monthly": "0 0 1 * ? *",
    "@weekly": "0 0 ? * SUN *",
    "@daily": "0 0 * * ? *",
    "@midnight": "0 0 * * ? *",
    "@hourly": "0 * * * ? *",
}
_SPAN: Final = re.compile(r"(?P<first>\w+)(?:-(?P<last>\w+))?(?P<step>/[0-9]+)?\Z")


def eventbridge_cron(text: str) -> str:
    """Return the expression in six fields. Raises CronError for what EventBridge cannot say; the message is a phrase."""
    cron = parse_cron(text)
    if cron.macro:
        return _MACROS[cron.macro]
    minute, hour, day, month, weekday, *year = cron.fields
    if year:
        # Six fields are EventBridge's own already, its days of the week from 1 on included.
        if (day == "?") == (weekday == "?"):
            raise CronError("one of day of month and day of week must be ?")
        return " ".join(field.upper() for field in cron.fields)
    if day in ("*", "?") and weekday in ("*", "?"):
        return f"{minute} {hour} * {month.upper()} ? *"
    if weekday in ("*", "?"):
        return f"{minute} {hour} {day.upper()} {month.upper()} ? *"
    if day not in ("*", "?"):
        raise CronError("it names days of the month and of the week, where Unix means either and EventBridge takes one")
    return f"{minute} {hour} ? {month.upper()} {_weekdays(weekday)} *"


def _weekdays(field: str) -> str:
    return ",".join(name for item in field.split(",") for name in _days(item))


def _days(item: str) -> list[str]:
    """A range with a step, or one over the end of the week, as single days; Unix counts a step from its first day."""
    if special := re.fullmatch(r"(?P<day>\w{1,3})(?P<rest>L|#[1-5])", item, re.IGNORECASE):
        return [_name(special["day"]) + special["rest"].upper()]
    if item.upper() == "L":
        raise CronError("day of week L is not the same everywhere: name the day")
    found = _SPAN.match(item.replace("*", "0-6"))
    if found is None:
        raise CronError(f"day of week {item!r} is not understood")
    if found["last"] is None and found["step"] is None:
        return [_name(found["first"])]
    first, last = _number(found["first"]), _number(found["last"] or "6")
    step = int((found["step"] or "/1")[1:])
    if found["step"] is None and found["last"] and first < last <= 6:
        return [f"{_DAYS[first]}-{_DAYS[last]}"]
    last = last + 7 if last < first else last
    return list(dict.fromkeys(_DAYS[day % 7] for day in range(first, last + 1, step)))


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _DAYS.index(text.upper())


def _name(text: str) -> str:
    return _DAYS[_number(text)]
