"""Severities that a project chooses: `[tool.flowc.severity]`, `FLC160 = "off"`, `"warning"` or `"error"`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from flowc.diagnostics.model import Code, Diagnostic, Severity
from flowc.diagnostics.pages import find_code
from flowc.errors import UsageError

OFF: Final = "off"
LEVELS: Final = (OFF, *(severity.value for severity in Severity))


def read_severities(table: Mapping[str, object], origin: str | None) -> dict[Code, Severity | None]:
    """Return the severity of each code that `table` names, None for those that are off.

    Raises UsageError for a code that flowc does not have, another value, or an error that must stay one.
    """
    chosen: dict[Code, Severity | None] = {}
    for name, level in table.items():
        try:
            code = find_code(name)
        except UsageError as error:
            raise UsageError(f"unknown code {name!r} in the table severity of {origin}", help=error.help) from error
        if level not in LEVELS:
            wanted = ", ".join(f'"{each}"' for each in LEVELS)
            raise UsageError(f"severity of {name} in {origin} must be one of {wanted}, not {level!r}")
        if code.structural and level != Severity.ERROR:
            raise UsageError(
                f"{code.id} ({code.slug}) in the table severity of {origin} must stay an error",
                help="without it what is compiled would be wrong; warnings, FLC3xx and FLC49x can be turned off",
            )
        chosen[code] = None if level == OFF else Severity(str(level))
    return chosen


def with_severities(diagnostics: tuple[Diagnostic, ...], chosen: Mapping[Code, Severity | None]) -> tuple[Diagnostic, ...]:
    """Return the findings with the severities chosen, without those that are off, by choice or until they are chosen."""
    left = (found for found in diagnostics if chosen.get(found.code, None if found.code.off else found.severity) is not None)
    return tuple(replace(found, level=chosen[found.code]) if found.code in chosen else found for found in left)
