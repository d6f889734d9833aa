"""Values the compiler read from source: plain Python data, or `Unknown` with the reason."""

from dataclasses import dataclass, field

from flowc.source import Span


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that cannot be known without running the flow. `why` is a phrase that fits behind "because"."""

    why: str
    span: Span | None = field(default=None, compare=False)


Value = (
    None
    | bool
    | int
    | float
    | complex
    | str
    | bytes
    | list["Value"]
    | tuple["Value", ...]
    | set["Value"]
    | dict["Value", "Value"]
    | Unknown
)
"""Data as Python's own literals make it; containers may hold `Unknown` inside."""


def first_unknown(value: Value) -> Unknown | None:
    """Return the first `Unknown` in `value`, containers searched, or None when all of it is known."""
    pending: list[Value] = [value]
    while pending:
        here = pending.pop()
        if isinstance(here, Unknown):
            return here
        if isinstance(here, dict):
            pending.extend(reversed([part for pair in here.items() for part in pair]))
        elif isinstance(here, list | tuple | set):
            pending.extend(reversed(list(here)))
    return None
