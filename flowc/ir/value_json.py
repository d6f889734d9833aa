"""Values as read, in JSON. What JSON lacks is spelt as an object with one telling key, or, for the plan, refused."""

import base64
import math
from typing import Any, assert_never

from flowc.ir.values import Unknown, Value


def value_json(value: Value) -> Any:
    """Return `value` for people and tools to read: tuples and sets become lists, other kinds `{"unknown": why}`,
    `{"bytes": base64}`, `{"complex": text}`; keys of dicts become text. Values nest no deeper than Python's parser allows.
    """
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else {"float": repr(value)}
        case complex():
            return {"complex": repr(value)}
        case bytes():
            return {"bytes": base64.b64encode(value).decode("ascii")}
        case list() | tuple():
            return [value_json(item) for item in value]
        case set():
            return sorted((value_json(item) for item in value), key=lambda item: (type(item).__name__, str(item)))
        case dict():
            return {key if isinstance(key, str) else repr(key): value_json(item) for key, item in value.items()}
        case Unknown(why=why):
            return {"unknown": why}
        case other:
            assert_never(other)


def is_plain(value: Value) -> bool:
    """Whether `value` comes back from JSON as it was: no tuples, sets, bytes, unknown parts, or keys that are not text."""
    pending = [value]
    while pending:
        here = pending.pop()
        if isinstance(here, list):
            pending.extend(here)
        elif isinstance(here, dict):
            if not all(isinstance(key, str) for key in here):
                return False
            pending.extend(here.values())
        elif (isinstance(here, float) and not math.isfinite(here)) or not isinstance(here, None | bool | int | float | str):
            return False
    return True
