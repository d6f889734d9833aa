"""Tokens: what an engine hands a process as FLOWC_AT. One address, or a chunk: several addresses and ranges, blank between.

`r.3:6` is `r.3 r.4 r.5`, as on every target that runs several items in one process.
"""

import re
from collections.abc import Iterator

from flowc.runtime_shim.contract import is_address, item_at, split_at

_RANGE = re.compile(r"(?P<first>.*\.[0-9]+):(?P<end>0|[1-9][0-9]*)\Z")


def is_chunk(token: str) -> bool:
    """Whether `token` may name several members; a chunk of one is a chunk."""
    return ":" in token or " " in token


def is_token(token: str) -> bool:
    """Whether `token` is well formed: an address, or a chunk whose ranges hold one item at least."""
    parts = token.split(" ")
    return all(is_address(part) or _range(part) is not None for part in parts)


def members(token: str) -> Iterator[str]:
    """Yield the addresses that a well-formed token names, in order."""
    for part in token.split(" "):
        found = _range(part)
        if found is None:
            yield part
            continue
        base, first, end = found
        for index in range(first, end):
            yield item_at(base, index)


def _range(part: str) -> tuple[str, int, int] | None:
    """Return (address of the foreach, first item, one past the last), None where `part` is no range."""
    match = _RANGE.match(part)
    if match is None or not is_address(match["first"]):
        return None
    base, _, first = split_at(match["first"])
    end = int(match["end"])
    return (base, first, end) if first < end else None
