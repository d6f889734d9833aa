"""Severities in the settings: what is refused, in one line."""

import pytest

from flowc.diagnostics.severities import read_severities
from flowc.errors import UsageError


@pytest.mark.parametrize(
    ("table", "message", "help"),
    [
        ({"FLC999": "off"}, "unknown code 'FLC999' in the table severity of flowc.toml", "`flowc explain` lists them all"),
        ({"FLC1O4": "off"}, "unknown code 'FLC1O4' in the table severity of flowc.toml", "did you mean FLC104, argument-not-known?"),
        ({"FLC160": "of"}, 'severity of FLC160 in flowc.toml must be one of "off", "error", "warning", not \'of\'', None),
        ({"FLC160": True}, 'severity of FLC160 in flowc.toml must be one of "off", "error", "warning", not True', None),
        (
            {"FLC201": "off"},
            "FLC201 (computed-target) in the table severity of flowc.toml must stay an error",
            "without it what is compiled would be wrong; warnings, FLC3xx and FLC49x can be turned off",
        ),
    ],
)
def test_one_clear_error(table: dict[str, object], message: str, help: str | None) -> None:
    with pytest.raises(UsageError) as caught:
        read_severities(table, "flowc.toml")
    assert (str(caught.value), caught.value.help) == (message, help)


def test_an_error_may_be_called_one() -> None:
    assert list(read_severities({"FLC201": "error"}, None).values()) == ["error"]
