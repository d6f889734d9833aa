"""JSON as people review it: what fits on a line stands on one. No recursion: state machines nest as deep as flows do."""

import json
from collections.abc import Iterator
from typing import Any, Final

WIDTH: Final = 140
_INDENT: Final = 2
_DEEPEST: Final = 100
"""Columns of indentation at most: what nests deeper stands below each other."""


def pretty(value: Any) -> str:
    """Return `value` as JSON in lines of at most `WIDTH` where its texts allow it, entries in the order they have."""
    sizes = _sizes(value)
    return "".join(_pieces(value, sizes, WIDTH)) + "\n"


def compact(value: Any) -> str:
    """Return `value` as JSON without blanks, as it is sent."""
    return "".join(_pieces(value, {}, None))


def _pieces(value: Any, sizes: dict[int, int], width: int | None) -> Iterator[str]:
    comma, colon = (",", ":") if width is None else (",", ": ")
    stack: list[tuple[str, Any, int, int]] = [("", value, 0, 0)]
    while stack:
        prefix, here, indent, tail = stack.pop()
        yield prefix
        if here is _NOTHING:
            continue
        if not isinstance(here, dict | list | tuple) or not here or _fits(here, sizes, width, len(prefix.rpartition("\n")[2]) + tail):
            yield json.dumps(here, separators=(comma + " " if width else comma, colon))
            continue
        entries = (
            [(f"{json.dumps(key)}{colon}", item) for key, item in here.items()] if isinstance(here, dict) else [("", item) for item in here]
        )
        opening, closing = ("{", "}") if isinstance(here, dict) else ("[", "]")
        deeper = min(indent + _INDENT, _DEEPEST)
        inner = "\n" + " " * deeper if width is not None else ""
        outer = "\n" + " " * indent if width is not None else ""
        stack.append((outer + closing, _NOTHING, indent, 0))
        for place in range(len(entries) - 1, -1, -1):
            name, item = entries[place]
            lead = opening if place == 0 else comma
            stack.append((lead + inner + name, item, deeper, 1))


_NOTHING: Final = object()


def _fits(value: Any, sizes: dict[int, int], width: int | None, used: int) -> bool:
    return width is not None and used + sizes[id(value)] <= width


def _sizes(value: Any) -> dict[int, int]:
    """The width of every container on one line, by identity; all of them live as long as `value`."""
    sizes: dict[int, int] = {}
    stack: list[tuple[Any, bool]] = [(value, False)]
    while stack:
        here, done = stack.pop()
        if not isinstance(here, dict | list | tuple):
            continue
        inner = list(here.values()) if isinstance(here, dict) else list(here)
        if not done:
            stack.append((here, True))
            stack.extend((item, False) for item in inner)
            continue
        size = 2 + 2 * max(0, len(inner) - 1)
        for item in inner:
            size += sizes[id(item)] if isinstance(item, dict | list | tuple) else len(json.dumps(item))
        if isinstance(here, dict):
            size += sum(len(json.dumps(key)) + 2 for key in here)
        sizes[id(here)] = size
    return sizes
