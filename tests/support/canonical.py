"""One text per value, the same in every process and Python: what two runs of a flow are compared by. Standard library only."""

import hashlib
from typing import Any


def canonical(value: Any) -> str:
    """Return a text that is equal for equal values: sets sorted, arrays by content, exceptions by type and arguments."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{canonical(key)}: {canonical(item)}" for key, item in value.items()) + "}"
    if isinstance(value, set | frozenset):
        return type(value).__name__ + "(" + ", ".join(sorted(map(canonical, value))) + ")"
    if isinstance(value, list):
        return "[" + ", ".join(map(canonical, value)) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(canonical, value)) + ",)"
    if hasattr(value, "tobytes") and hasattr(value, "dtype"):
        return f"array({value.dtype}, {value.shape}, {hashlib.sha256(value.tobytes()).hexdigest()})"
    if hasattr(value, "to_csv"):
        return f"frame({value.to_csv()!r})"
    if isinstance(value, BaseException) or hasattr(value, "exception"):
        return "an exception"
    if value is None or isinstance(value, bool | int | float | complex | str | bytes):
        return repr(value)
    return f"{type(value).__name__} {sorted((name, canonical(item)) for name, item in vars(value).items())}"
