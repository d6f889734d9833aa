"""Finds which part of a value cannot be pickled, where that is cheap."""

import pickle
import time
from collections.abc import Iterator

_CHILDREN = 1000
_DEPTH = 50
_SECONDS = 2.0


class _Nowhere:
    """A file that keeps nothing."""

    def write(self, data: object) -> int:
        """Take `data` and forget it."""
        return 0


def find_culprit(value: object) -> str | None:
    """Return the path to the innermost part of `value` that cannot be pickled, such as `["model"].loss`.

    None where it is `value` itself, or where no part fails alone. Large containers are searched in their first 1,000 parts, and
    no search begins another part after two seconds: what was found by then comes back.
    """
    path = ""
    deadline = time.monotonic() + _SECONDS
    for _ in range(_DEPTH):
        for step, part in _parts(value):
            if time.monotonic() > deadline:
                return path or None
            if not _pickles(part):
                path, value = path + step, part
                break
        else:
            break
    return path or None


def _parts(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for number, (key, part) in enumerate(value.items()):
            if number == _CHILDREN:
                return
            yield f"[{_short(key)}]", part
    elif isinstance(value, list | tuple):
        for index, part in enumerate(value[:_CHILDREN]):
            yield f"[{index}]", part
    elif isinstance(value, set | frozenset):
        for number, part in enumerate(value):
            if number == _CHILDREN:
                return
            yield f"{{{_short(part)}}}", part
    elif not isinstance(value, type):
        held = getattr(value, "__dict__", None)
        if isinstance(held, dict) and "_flowc" not in held:  # a flow says itself why it cannot be stored
            for name, part in list(held.items())[:_CHILDREN]:
                yield f".{name}", part


def _pickles(value: object) -> bool:
    try:
        pickle.Pickler(_Nowhere(), 5, buffer_callback=lambda _: None).dump(value)
    except Exception:  # The classes' own code may raise anything; that it raises is the answer.
        return False
    return True


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:39] + "…"
