"""Data objects: the format against golden files, and every kind of damage refused."""

import hashlib
import itertools
import json
import struct
from pathlib import Path
from typing import Any

import pytest

from flowc.runtime_shim.contract import object_key
from flowc.runtime_shim.objects import CHUNK, ObjectError, digest_segment, pack, read_index, read_segments
from flowc.runtime_shim.stores import Store, StoreError, open_store

GOLDEN = Path(__file__).parents[2] / "data/objects"
LARGE = bytes(range(256)) * 256 + b"tail of a large segment"
CASES: dict[str, list[bytes]] = {
    "small": [b"one", b"", bytes(range(100))],
    "large": [b"stream", LARGE, b"between", LARGE[::-1]],
    "none": [],
}


def packed_parts(segments: list[bytes], writer: str = "0.1.0") -> tuple[bytes, list[list[Any]], str]:
    packed = pack([digest_segment(segment) for segment in segments], writer=writer)
    return b"".join(packed.parts), packed.segs, packed.address


class Remote:
    """The same store without mapping, as a remote one is."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.url = store.url

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def map(self, key: str) -> None:
        return None


@pytest.fixture(params=[False, True], ids=["mapped", "ranged"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    local = open_store(tmp_path.as_uri())
    return Remote(local) if request.param else local


@pytest.mark.parametrize("name", CASES)
def test_golden_files(name: str, store: Store, update_goldens: bool) -> None:
    """Files of every version stay readable; what version 1 writes stays the same, byte for byte."""
    data, segs, address = packed_parts(CASES[name])
    file, listing = GOLDEN / f"v1-{name}.obj", GOLDEN / f"v1-{name}.json"
    if update_goldens:
        file.write_bytes(data)
        listing.write_text(json.dumps({"address": address, "segs": segs}, indent=1) + "\n")
    expected = json.loads(listing.read_text())
    assert data == file.read_bytes()
    assert {"address": address, "segs": segs} == expected
    key = object_key("F", expected["address"])
    store.put_object(key, [file.read_bytes()])
    assert [bytes(found) for found in read_segments(store, key, expected["segs"])] == CASES[name]
    assert read_index(store, key, expected["address"])["segs"] == expected["segs"]


def test_layout() -> None:
    data, segs, _ = packed_parts(CASES["large"])
    assert data[:16] == b"FLOWART1" + struct.pack("<II", 1, 0)
    assert data[16:64] == bytes(48)
    assert [offset % 64 for offset, *_ in segs] == [0] * 4
    assert [offset % 4096 for offset, length, *_ in segs if length >= 65536] == [0, 0]
    assert data[-8:] == b"FLOWART1"
    (length,) = struct.unpack("<Q", data[-16:-8])
    index = json.loads(data[-16 - length : -16])
    assert index["flowc"] == "0.1.0"
    assert index["segs"] == segs
    for (offset, size, raw, compression, digest), segment in zip(segs, CASES["large"], strict=True):
        assert data[offset : offset + size] == segment
        assert (raw, compression) == (size, "none")
        assert digest == "sha256:" + hashlib.sha256(segment).hexdigest()


def test_address_by_the_rule() -> None:
    """A chunk ends after 16 MiB, where a segment of 64 KiB or more starts or ends, and where the index starts."""
    segments = [b"a", bytes(CHUNK + 5), b"b", LARGE, *[bytes([number]) * 60_000 for number in range(1)]]
    data, segs, address = packed_parts(segments)
    (length,) = struct.unpack("<Q", data[-16:-8])
    cuts = {0, len(data), len(data) - 16 - length}
    for offset, size, *_ in segs:
        if size >= 65536:
            cuts |= {offset, offset + size}
    places = sorted(cuts)
    chunks = []
    for start, end in itertools.pairwise(places):
        chunks += [hashlib.sha256(data[at : min(at + CHUNK, end)]).digest() for at in range(start, end, CHUNK)]
    assert address == "sha256:" + hashlib.sha256(b"".join(chunks)).hexdigest()
    pieces = hashlib.sha256(bytes(CHUNK)).digest() + hashlib.sha256(bytes(5)).digest()
    assert segs[1][4] == "sha256-16m:" + hashlib.sha256(pieces).hexdigest()


def test_many_small_segments_fill_chunks(store: Store) -> None:
    segments = [bytes([number % 256]) * 60_000 for number in range(300)]
    data, segs, address = packed_parts(segments)
    key = object_key("F", address)
    store.put_object(key, [data])
    assert [bytes(found) for found in read_segments(store, key, segs)] == segments
    assert len(read_index(store, key, address)["chunks"]) == 2


def test_the_address_does_not_depend_on_the_object_around(store: Store) -> None:
    """A segment has one digest wherever it is packed: identity goes by it."""
    alone = digest_segment(bytes(CHUNK + 1)).digest
    _, segs, _ = packed_parts([b"x", bytes(CHUNK + 1)])
    assert segs[1][4] == alone


def test_one_flipped_bit_anywhere(store: Store) -> None:
    """Every byte of a segment is covered by its digest, every byte of index and trailer by the address."""
    data, segs, address = packed_parts(CASES["small"])
    key = object_key("F", address)
    (length,) = struct.unpack("<Q", data[-16:-8])
    inside = {place for offset, size, *_ in segs for place in range(offset, offset + size)}
    tail = set(range(len(data) - 16 - length, len(data)))
    for place in sorted(inside | tail):
        flipped = bytearray(data)
        flipped[place] ^= 1
        store.delete(key)
        store.put_object(key, [flipped])
        with pytest.raises(StoreError, match=key):
            read_segments(store, key, segs) if place in inside else read_index(store, key, address)


@pytest.mark.parametrize("kept", [0, 1, 63, 64, 200, -1])
def test_cut_short(store: Store, kept: int) -> None:
    data, segs, address = packed_parts(CASES["large"])
    key = object_key("F", address)
    store.put_object(key, [data[:kept]])
    with pytest.raises(StoreError, match=key):
        read_index(store, key, address)
    if kept >= 0:
        with pytest.raises(StoreError, match=key):
            read_segments(store, key, segs)


def test_missing(store: Store) -> None:
    _, segs, address = packed_parts(CASES["small"])
    with pytest.raises(StoreError, match="is missing in file://"):
        read_segments(store, object_key("F", address), segs)
    with pytest.raises(StoreError, match="is missing"):
        read_index(store, object_key("F", address), address)


@pytest.mark.parametrize(
    ("seg", "words"),
    [
        ([64, 3, 3, "zstd", ""], "compression 'zstd' is unknown"),
        ([64, 3, 4, "none", ""], "compression 'none' is unknown"),
        ([-1, 3, 3, "none", ""], "which is no segment"),
        ([64, -3, -3, "none", ""], "which is no segment"),
        ([64, 3, 3, "none"], "which is no segment"),
        (["64", 3, 3, "none", ""], "which is no segment"),
        ("64", "which is no segment"),
        ([64, 10**15, 10**15, "none", ""], r"shorter than its record says|has \d+ bytes"),
        ([10**15, 3, 3, "none", ""], r"shorter than its record says|has \d+ bytes"),
        ([64, 3, 3, "none", "sha256:" + "0" * 64], "its record says"),
    ],
)
def test_bad_segments(store: Store, seg: Any, words: str) -> None:
    data, _, address = packed_parts(CASES["small"])
    key = object_key("F", address)
    store.put_object(key, [data])
    with pytest.raises(StoreError, match=words):
        read_segments(store, key, [seg])


def test_overlapping_segments(store: Store) -> None:
    data, segs, address = packed_parts(CASES["large"])
    key = object_key("F", address)
    store.put_object(key, [data])
    with pytest.raises(ObjectError, match="segments that overlap"):
        read_segments(store, key, [segs[1], segs[1]])


@pytest.mark.parametrize(("at", "value"), [(8, 2), (12, 1)], ids=["version", "flags"])
def test_a_later_format_names_its_writer(tmp_path: Path, at: int, value: int) -> None:
    store = open_store(tmp_path.as_uri())
    data, segs, address = packed_parts(CASES["small"], writer="9.8.7")
    key = object_key("F", address)
    store.put_object(key, [data[:at] + struct.pack("<I", value) + data[at + 4 :]])
    with pytest.raises(ObjectError, match=r"written by flowc 9\.8\.7.*use flowc 9\.8\.7 or later"):
        read_segments(store, key, segs)
