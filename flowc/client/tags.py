"""Tags of a run: those it started with, and the changes made to them since, one small record each."""

import time
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from flowc.client.reader import Reader
from flowc.errors import UsageError
from flowc.runtime_shim import contract
from flowc.runtime_shim.records import new_nonce, publish


def current_tags(reader: Reader, flow: str, run: str, first: Iterable[str]) -> frozenset[str]:
    """Return the tags of a run that started with `first`."""
    tags = set(first)
    for key in reader.tag_keys(flow, run):
        change: Mapping[str, Any] = reader.record(key) or {}
        tags.difference_update(change.get("remove", ()))
        tags.update(change.get("add", ()))
    return frozenset(tags)


def change_tags(reader: Reader, flow: str, run: str, *, add: Collection[str] = (), remove: Collection[str] = ()) -> None:
    """Record a change to a run's tags; what is in both stays on. Raises UsageError for what is no tag."""
    for tag in (*add, *remove):
        if not isinstance(tag, str) or not tag.strip() or len(tag) > 500:
            raise UsageError(f"{tag!r} is no tag: a tag is a text of 1 to 500 characters")
    milliseconds = max(time.time_ns() // 1_000_000, _latest(reader.tag_keys(flow, run)) + 1)
    change = {"flow": flow, "run": run, "add": sorted(add), "remove": sorted(remove), "time": {"at": milliseconds / 1000}}
    publish(reader.store, contract.tag_key(flow, run, milliseconds, new_nonce()), change)


def _latest(keys: list[str]) -> int:
    """Milliseconds of the last change: a change made after it must sort after it, whatever the clock here says."""
    return int(keys[-1].rpartition(contract.TAG_PREFIX)[2].partition("-")[0]) if keys else 0
