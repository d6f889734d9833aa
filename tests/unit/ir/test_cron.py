"""Cron expressions: what engines read, and where the others go wrong."""

import pytest

from flowc.ir.cron import MACROS, CronError, parse_cron


@pytest.mark.parametrize(
    "text",
    [
        "0 0 * * *",
        "*/5 * * * *",
        "0-30/10 8-18 * * MON-FRI",
        "0,15,30,45 * 1,15 jan,JUL 0",
        "0 10 * * ? *",
        "0 0 ? * SUN *",
        "0 18 ? * MON-FRI *",
        "0/10 * ? * 2#1 2026-2030",
        "15 12 L * ? *",
        "15 12 LW * ? *",
        "15 12 15W * ? *",
        "15 12 L-3 * ? *",
        "0 0 ? * 5L *",
        "0 0 ? * fri#2 *",
        "59 23 31 12 7",
        "  0   0  *  * *  ",
        *MACROS,
        "@Daily",
    ],
)
def test_accepted(text: str) -> None:
    cron = parse_cron(text)
    assert len(cron.fields) in (5, 6) or cron.macro in MACROS


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it has 0 fields"),
        ("*", "it has 1 field,"),
        ("0 0 * *", "it has 4 fields"),
        ("0 0 0 * * ? *", "it has 7 fields"),
        ("60 * * * *", "minute 60 is not from 0 to 59"),
        ("0 24 * * *", "hour 24 is not from 0 to 23"),
        ("0 0 0 * *", "day of month 0 is not from 1 to 31"),
        ("0 0 * 13 *", "month 13 is not from 1 to 12"),
        ("0 0 * * 8", "day of week 8 is not from 0 to 7"),
        ("0 0 * * * 1900", "year 1900 is not from 1970 to 2199"),
        ("0 0 * foo *", "month 'foo' is not understood"),
        ("0 0 * * MONDAY", "day of week 'MONDAY' is not understood"),
        ("a 0 * * *", "minute 'a' is not understood"),
        ("*/0 * * * *", "no step above zero"),
        ("*/x * * * *", "no step above zero"),
        ("1-2-3 * * * *", "is not understood"),
        ("1,,2 * * * *", "minute '' is not understood"),
        ("-5 * * * *", "is not understood"),
        ("? * * * *", "minute '?' is not understood"),
        ("\u0661 * * * *", "is not understood"),
        ("@often", "@often is not one of @yearly"),
    ],
)
def test_refused_with_the_place(text: str, why: str) -> None:
    with pytest.raises(CronError) as raised:
        parse_cron(text)
    assert why in str(raised.value)
