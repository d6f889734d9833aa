"""How a finding speaks about a value that was read from source."""

from flowc.ir.values import Unknown, Value

_LONGEST = 40


def kind_of(value: Value) -> str:
    """Return what `value` is, with its article: `a string`, `an integer`, `None`."""
    match value:
        case None:
            return "None"
        case bool():
            return "a boolean"
        case int():
            return "an integer"
        case float():
            return "a number with a fraction"
        case str():
            return "a string"
        case bytes():
            return "bytes"
        case dict():
            return "a dictionary"
        case list():
            return "a list"
        case tuple():
            return "a tuple"
        case set():
            return "a set"
        case complex():
            return "a complex number"
        case Unknown():
            return "a value of run time"


def spelt(value: Value) -> str:
    """Return `value` as Python writes it, cut to a length that fits a headline; what it is, where it holds anything unknown."""
    if isinstance(value, dict | list | tuple | set | Unknown):
        return kind_of(value)
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
