"""The items of a foreach as its opener saw them, stored so that a child reads its own item and not the whole list.

They stand under `items` in the opener's commit record, not among its artifacts: the list may change after the split, they do not.
"""

import json
import struct
from bisect import bisect_right
from collections.abc import Iterable

from flowc.runtime_shim.codecs import ArtifactError, Encoded, decode
from flowc.runtime_shim.contract import Entry
from flowc.runtime_shim.objects import digest_segment
from flowc.runtime_shim.stores.base import Buffer, Store, StoreError
from flowc.runtime_shim.typed import Any, TypedDict
from flowc.runtime_shim.values import cause, encode_value, load_segments, store_segments

_GROUP_BYTES = 64 * 1024
_MOST_GROUPS = 256
_LISTED_BYTES = 12
"""About what an item costs in the list before a group."""
_HEAD = struct.Struct("<I")


class Items(TypedDict):
    """Items of a foreach: how many, the index of the first one in each group, and one segment per group."""

    count: int
    starts: list[int]
    entry: Entry


def save_items(store: Store, flow: str, items: Iterable[object]) -> Items:
    """Store `items`, taken once and in order, and return what `load_item` needs; small lists stay in the record.

    Each is stored as it is by now. Raises ArtifactError, naming the item, for one that cannot be pickled.
    """
    encoded = [encode_value(item, f"item {index} of the foreach") for index, item in enumerate(items)]
    total = sum(_size(item) for item in encoded)
    bound = max(_GROUP_BYTES, total // _MOST_GROUPS)
    starts: list[int] = []
    groups: list[list[Encoded]] = []
    filled = bound
    for index, item in enumerate(encoded):
        if filled >= bound:
            starts.append(index)
            groups.append([])
            filled = 0
        groups[-1].append(item)
        filled += _size(item)
    segments = [digest_segment(_group(group)) for group in groups]
    entry = store_segments(store, flow, Encoded("items", "items", []), segments)
    return {"count": len(encoded), "starts": starts, "entry": entry}


def load_item(store: Store, flow: str, items: Items, index: int) -> Any:
    """Return item `index`, reading the one group that holds it.

    Raises IndexError where there is no such item, ArtifactError for one that does not load here, StoreError for damaged bytes.
    """
    if not 0 <= index < items["count"]:
        raise IndexError(f"item {index} of {items['count']}")
    number = bisect_right(items["starts"], index) - 1
    entry = items["entry"]
    (group,) = load_segments(store, flow, {**entry, "segs": [entry["segs"][number]]})
    codec, segments = _item(memoryview(group), index - items["starts"][number])
    try:
        return decode(codec, segments)
    except (StoreError, MemoryError):
        raise
    except Exception as error:  # Unpickling runs the classes' own code, which may raise anything.
        raise ArtifactError(f"item {index} of the foreach does not load here: {cause(error)}") from error


def _group(items: list[Encoded]) -> bytes:
    """Return items as one run of bytes: the length of a JSON list of [codec, [length of each segment]], that list, the segments.

    Buffers of a value start at multiples of 64 bytes, so that arrays stay aligned.
    """
    lengths = [[item.codec, [len(segment) for segment in item.segments]] for item in items]
    head = json.dumps(lengths, separators=(",", ":")).encode()
    out = bytearray(_HEAD.pack(len(head)))
    out += head
    for item in items:
        for place, segment in enumerate(item.segments):
            out += bytes(-len(out) % 64 if place else 0)
            out += segment
    return bytes(out)


def _size(item: Encoded) -> int:
    return _LISTED_BYTES + sum(len(segment) for segment in item.segments)


def _item(group: memoryview, wanted: int) -> tuple[str, list[Buffer]]:
    (length,) = _HEAD.unpack(group[: _HEAD.size])
    offset = _HEAD.size + length
    listed = json.loads(bytes(group[_HEAD.size : offset]))
    for number, (codec, lengths) in enumerate(listed):
        segments: list[Buffer] = []
        for size in lengths:
            offset += -offset % 64 if segments else 0
            segments.append(group[offset : offset + size])
            offset += size
        if number == wanted:
            return codec, segments
    raise StoreError(f"the items of the foreach hold no number {wanted} where the record says so: run the step that opened it again")
