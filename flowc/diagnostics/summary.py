"""The last line for people: how many findings, and where."""

from collections.abc import Sequence

from flowc.diagnostics.display import plain
from flowc.diagnostics.model import Diagnostic, Severity


def summarise(diagnostics: Sequence[Diagnostic], files: Sequence[str]) -> str:
    """Return a phrase such as `2 errors, 1 warning in train.py`; `files` are those that were asked for."""
    distinct = list(dict.fromkeys(files))
    place = plain(distinct[0]) if len(distinct) == 1 else f"{len(distinct)} files"
    counts = {severity: sum(found.severity is severity for found in diagnostics) for severity in Severity}
    said = [_count(number, severity.value) for severity, number in counts.items() if number]
    return f"{', '.join(said) or 'no errors'} in {place}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
