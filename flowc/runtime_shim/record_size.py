"""Keeps commit records small: what does not fit into one moves into data objects, and comes back when it is read."""

import json
from binascii import a2b_base64
from collections.abc import Callable, Mapping

from flowc.runtime_shim.contract import object_key
from flowc.runtime_shim.objects import ObjectError, check_segs, digest_segment, pack, read_segments
from flowc.runtime_shim.stores.base import Store
from flowc.runtime_shim.typed import Any

MAX_RECORD = 256 * 1024
MAX_TABLE = 256 * 1024 * 1024
INLINE_LIMIT = 16 * 1024
_WORTH_MOVING = 1024


def fit(store: Store, record: dict[str, Any], size_of: Callable[[Mapping[str, Any]], int]) -> dict[str, Any]:
    """Return `record` so that it fits: the largest inline artifacts move out first, then the artifact table itself.

    Small ones stay: thousands of them would be thousands of objects, and the table would be too large all the same.
    """
    excess = size_of(record) - MAX_RECORD
    if excess <= 0:
        return record
    artifacts: dict[str, Any] = dict(record.get("artifacts", {}))
    candidates = sorted(
        (name for name, entry in artifacts.items() if len(entry.get("inline", "")) > _WORTH_MOVING),
        key=lambda name: (-len(artifacts[name]["inline"]), name),
    )
    if sum(len(artifacts[name]["inline"]) - _MOVED_BYTES for name in candidates) < excess:
        return _with_table(store, record)
    for name in candidates:
        excess -= len(artifacts[name]["inline"]) - _MOVED_BYTES
        artifacts[name] = moved_out(store, record["flow"], artifacts[name])
        if excess <= 0:
            break
    return {**record, "artifacts": artifacts}


_MOVED_BYTES = 128
"""An upper bound of what naming an object costs an entry that was inline."""


def moved_out(store: Store, flow: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return an inline entry as one whose bytes stand in an object, which is put."""
    data = memoryview(a2b_base64(entry["inline"], strict_mode=True))
    packed = pack([digest_segment(data[seg[0] : seg[0] + seg[1]]) for seg in entry["segs"]])
    store.put_object(object_key(flow, packed.address), packed.parts)
    rest = {name: value for name, value in entry.items() if name not in ("inline", "segs")}
    return {**rest, "obj": packed.address, "segs": packed.segs}


def load_table(store: Store, record: dict[str, Any]) -> dict[str, Any]:
    """Return `record` with its artifact table, which may stand in an object of its own.

    Raises ObjectError where that object is not the table.
    """
    if "table" not in record:
        return record
    table = record["table"]
    if not isinstance(table, dict) or not isinstance(table.get("obj"), str) or not isinstance(table.get("segs"), list):
        raise ObjectError(f"the record of step {record.get('step')!r} at {record.get('at')!r} has a damaged artifact table: {table!r}")
    key = object_key(record["flow"], table["obj"])
    if sum(length for _, length, _ in check_segs(table["segs"], key)) > MAX_TABLE:
        raise ObjectError(f"{key}: a record names it as its artifact table, and lists more than {MAX_TABLE} bytes of it")
    (data,) = read_segments(store, key, table["segs"])
    return {**{name: value for name, value in record.items() if name != "table"}, "artifacts": json.loads(bytes(data))}


def _with_table(store: Store, record: dict[str, Any]) -> dict[str, Any]:
    data = json.dumps(record["artifacts"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    packed = pack([digest_segment(data)])
    store.put_object(object_key(record["flow"], packed.address), packed.parts)
    rest = {name: value for name, value in record.items() if name != "artifacts"}
    return {**rest, "table": {"codec": "json", "obj": packed.address, "segs": packed.segs}}
