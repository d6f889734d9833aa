"""Python source text as `ruff format` would write it: literals, calls and dictionaries within `WIDTH` columns.

The same characters stay readable on every machine: which ones are escaped is a list of ranges here, not a table of the interpreter.
"""

import re
from collections.abc import Mapping, Sequence

WIDTH = 160
INDENT = "    "

_READABLE = re.compile(
    "[\x20-\x7e\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0370-\u0377\u037a-\u037d\u0384-\u0482\u048a-\u052f\u05d0-\u05ea\u0620-\u064a\u1e00-\u1eff"
    "\u3041-\u3096\u309b-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\U0001f600-\U0001f64f\U0001f947-\U0001f9ff]"
)
_WIDE_FROM = "\u3041"
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\"}


class Code(str):
    """Text that is Python already: a name, a call. Everything else is quoted on its way into the file."""

    __slots__ = ()


def escaped(text: str) -> str:
    """Return `text` as the inside of a string literal, quotes not yet escaped."""
    return "".join(_NAMED.get(char) or (char if _READABLE.match(char) else _escape(char)) for char in text)


def _escape(char: str) -> str:
    point = ord(char)
    if point < 0x100:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def columns(text: str) -> int:
    """Return how many columns escaped text takes: wide letters take two."""
    return len(text) + sum(char >= _WIDE_FROM for char in text)


def quoted(text: str) -> str:
    """Return `text` as one string literal: double quotes unless single ones need fewer escapes."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    return quote + escaped(text).replace(quote, "\\" + quote) + quote


def value_text(value: object, column: int = 0, indent: int = 0) -> str:
    """Return the source text of a value that starts in `column` of a line indented by `indent` blanks.

    Takes None, bool, int, finite float, str, list, tuple, dict with string keys, and `Code`. Broken over lines only where it does not fit.
    """
    flat = _flat(value)
    if isinstance(value, Code) or column + columns(flat) + 1 <= WIDTH:
        return flat
    inner = indent + len(INDENT)
    pad = "\n" + " " * inner
    if isinstance(value, str):
        parts = pieces(value, WIDTH - inner)
        return flat if len(parts) < 2 else "(" + "".join(pad + quoted(part) for part in parts) + "\n" + " " * indent + ")"
    if isinstance(value, dict) and value:
        rows = [f"{quoted(str(key))}: {value_text(item, inner + columns(quoted(str(key))) + 2, inner)}," for key, item in value.items()]
        return "{" + "".join(pad + row for row in rows) + "\n" + " " * indent + "}"
    if isinstance(value, list | tuple) and value:
        brackets = "[]" if isinstance(value, list) else "()"
        return brackets[0] + "".join(pad + value_text(item, inner, inner) + "," for item in value) + "\n" + " " * indent + brackets[1]
    return flat


def _flat(value: object) -> str:
    if isinstance(value, Code):
        return str(value)
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, float):
        return repr(value).replace("e+", "e")
    if isinstance(value, list):
        return "[" + ", ".join(map(_flat, value)) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_flat, value)) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(str(key))}: {_flat(item)}" for key, item in value.items()) + "}"
    if value is None or isinstance(value, bool | int):
        return repr(value)
    raise TypeError(f"a {type(value).__name__} has no literal in a DAG file")


def pieces(text: str, room: int) -> list[str]:
    """Cut `text` after line ends, and where a line is too long for `room` columns, so that each piece fits when quoted."""
    parts = []
    for line in re.findall(r"[^\n]*\n|[^\n]+", text):
        start, used = 0, 2
        for index, char in enumerate(line):
            cost = 2 if char in "\"'" else columns(escaped(char))
            if used + cost > room:
                parts.append(line[start:index])
                start, used = index, 2
            used += cost
        parts.append(line[start:])
    return parts


def wrapped(line: str, room: int) -> list[str]:
    """Return `line` as escaped text of at most `room` columns a line: cut at blanks where there are any, never inside an escape."""
    lines, here = [], ""
    for word in re.findall(r" +|[^ ]+", line):
        pieces = [escaped(word)] if columns(escaped(word)) <= room else [escaped(char) for char in word]
        for piece in pieces:
            if here and columns(here) + columns(piece) > room:
                lines.append(here.rstrip(" "))
                here = ""
            if here or not lines or piece.strip(" "):
                here += piece
    return [*lines, here.rstrip(" ")]


def call_text(
    name: str, arguments: Sequence[object], keywords: Mapping[str, object], column: int = 0, indent: int = 0, *, end: int = 0
) -> str:
    """Return a call whose text starts in `column` of a line indented by `indent`; `end` columns follow it on its last line.

    One line where it fits, else one argument a line with a comma after the last.
    """
    flat = f"{name}({', '.join([_flat(item) for item in arguments] + [f'{key}={_flat(item)}' for key, item in keywords.items()])})"
    if column + columns(flat) + end <= WIDTH:
        return flat
    inner = indent + len(INDENT)
    rows = [value_text(item, inner, inner) for item in arguments]
    rows += [f"{key}={value_text(item, inner + len(key) + 1, inner)}" for key, item in keywords.items()]
    pad = "\n" + " " * inner
    return f"{name}(" + "".join(f"{pad}{row}," for row in rows) + "\n" + " " * indent + ")"
