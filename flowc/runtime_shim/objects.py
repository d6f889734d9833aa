"""Data objects: segments of bytes in one immutable file, named by a digest of its content.

`FLOWART1`, all numbers little-endian: a header of 64 bytes (magic, version, flags); segments, aligned to 4096 bytes, those under
64 KiB to 64; an index (JSON: the writer's version, the segments as in a record, the digests of the chunks before the index);
a trailer of 16 bytes (length of the index, magic). Why chunks are cut as they are: docs/adr/0002-digests-of-data-objects.md.
"""

import hashlib
import itertools
import json
import struct
from bisect import bisect_right
from collections.abc import Sequence

from flowc.runtime_shim.contract import VERSION
from flowc.runtime_shim.stores.base import Buffer, Store, StoreError
from flowc.runtime_shim.typed import Any, NamedTuple

MAGIC = b"FLOWART1"
OBJECT_VERSION = 1
CHUNK = 16 * 1024 * 1024
LARGE_SEGMENT = 64 * 1024
MAX_INDEX = 64 * 1024 * 1024
HEADER = struct.Struct("<8sII48x")
TRAILER = struct.Struct("<Q8s")
_CHUNKED = "sha256-16m:"


class ObjectError(StoreError):
    """A data object is damaged, or not what its record says; the message names its key."""


class Segment(NamedTuple):
    """Bytes with their digest; `chunks` are the sha256 of each 16 MiB of them."""

    data: Buffer
    digest: str
    chunks: tuple[bytes, ...]

    @property
    def size(self) -> int:
        """Number of bytes."""
        return _size(self.data)


class Packed(NamedTuple):
    """A data object ready to be put: its parts in order, its segments as a record lists them, its address."""

    parts: list[Buffer]
    segs: list[list[Any]]
    address: str


class LaidOut(NamedTuple):
    """Parts of a data object in order; where each segment starts, and how many zero bytes stand before it."""

    parts: list[Buffer]
    offsets: list[int]
    paddings: list[int]


def digest_segment(data: Buffer) -> Segment:
    """Return `data` with its digest, read once: `sha256:` of the bytes, over 16 MiB `sha256-16m:` of the chunks' digests."""
    size = _size(data)
    if size <= CHUNK:
        sha = hashlib.sha256(data)
        return Segment(data, "sha256:" + sha.hexdigest(), (sha.digest(),))
    view = memoryview(data)
    chunks = tuple(hashlib.sha256(view[start : start + CHUNK]).digest() for start in range(0, size, CHUNK))
    return Segment(data, _CHUNKED + hashlib.sha256(b"".join(chunks)).hexdigest(), chunks)


def pack(segments: Sequence[Segment], *, writer: str = VERSION) -> Packed:
    """Return the data object of `segments`; their bytes are not copied.

    A chunk ends after 16 MiB, where a segment of 64 KiB or more starts or ends, and where the index starts: so large segments
    are hashed once, for their own digest and for the address, and the index can be checked alone.
    """
    laid_out = lay_out([segment.data for segment in segments])
    segs: list[list[Any]] = []
    chunks: list[bytes] = []
    loose = bytearray(laid_out.parts[0])
    for segment, offset, padding in zip(segments, laid_out.offsets, laid_out.paddings, strict=True):
        loose += bytes(padding)
        if segment.size >= LARGE_SEGMENT:
            chunks += _chunk_digests(loose)
            chunks += segment.chunks
            loose.clear()
        else:
            loose += segment.data
        segs.append([offset, segment.size, segment.size, "none", segment.digest])
    chunks += _chunk_digests(loose)
    index = json.dumps({"chunks": [chunk.hex() for chunk in chunks], "flowc": writer, "segs": segs}, separators=(",", ":")).encode()
    tail = index + TRAILER.pack(len(index), MAGIC)
    return Packed([*laid_out.parts, tail], segs, address_of(chunks, tail))


def lay_out(segments: Sequence[Buffer]) -> LaidOut:
    """Return the parts of a data object that need no digest: all but its index and trailer, which come last."""
    parts: list[Buffer] = [HEADER.pack(MAGIC, OBJECT_VERSION, 0)]
    offsets: list[int] = []
    paddings: list[int] = []
    offset = HEADER.size
    for data in segments:
        size = _size(data)
        padding = -offset % (4096 if size >= LARGE_SEGMENT else 64)
        parts += (bytes(padding), data) if padding else (data,)
        offsets.append(offset + padding)
        paddings.append(padding)
        offset += padding + size
    return LaidOut(parts, offsets, paddings)


def address_of(chunks: Sequence[bytes], tail: bytes) -> str:
    """Return the address of an object from the digests of its chunks and its last bytes, index and trailer."""
    return "sha256:" + hashlib.sha256(b"".join([*chunks, *_chunk_digests(tail)])).hexdigest()


def read_segments(store: Store, key: str, segs: Sequence[Sequence[Any]]) -> list[Buffer]:
    """Return the segments that a record lists for the object `key`, each checked against its digest, as writable buffers.

    From a local store they are views of the mapped file. Raises ObjectError where a segment is outside the object, overlaps
    another or does not match; StoreError where the object is missing.
    """
    spans = check_segs(segs, key)
    whole = store.map(key)
    if whole is None:
        return _read_spans(store, key, spans)
    _check_header(whole, key)
    if any(offset < HEADER.size or offset + length > len(whole) for offset, length, _ in spans):
        raise ObjectError(f"{key} in {store.url} is shorter than its record says ({len(whole)} bytes): {_AGAIN}")
    return [checked(whole[offset : offset + length], digest, key) for offset, length, digest in spans]


def _read_spans(store: Store, key: str, spans: Sequence[tuple[int, int, str]]) -> list[Buffer]:
    """Return segments by one read for those that stand side by side, the header with the first of them."""
    if any(offset < HEADER.size for offset, _, _ in spans):
        raise ObjectError(f"{key} in {store.url} is damaged: its record lists a segment in its header: {_AGAIN}")
    runs: list[tuple[int, int]] = []
    for offset, length, _ in sorted(spans):
        start = 0 if offset <= LARGE_SEGMENT else offset
        if runs and offset - runs[-1][1] <= LARGE_SEGMENT:
            runs[-1] = (runs[-1][0], offset + length)
        else:
            runs.append((start, offset + length))
    parts = {start: memoryview(store.read(key, start, end - start)) for start, end in runs}
    if 0 in parts:
        _check_header(parts[0], key)
    starts = sorted(parts)
    found: list[Buffer] = []
    for offset, length, digest in spans:
        start = starts[bisect_right(starts, offset) - 1]
        found.append(checked(parts[start][offset - start : offset - start + length], digest, key))
    return found


def read_index(store: Store, key: str, address: str) -> dict[str, Any]:
    """Return the index of an object, checked against its address: `flowc` wrote it, `segs`, `chunks`.

    Raises ObjectError for what is no data object, or another one.
    """
    size = store.size(key)
    if size is None or size < HEADER.size + TRAILER.size:
        raise ObjectError(f"{key} in {store.url} is missing or too short for a data object: {_AGAIN}")
    length, magic = TRAILER.unpack(store.read(key, size - TRAILER.size, TRAILER.size))
    if magic != MAGIC or length > min(MAX_INDEX, size - HEADER.size - TRAILER.size):
        raise ObjectError(f"{key} in {store.url} is not a data object of flowc, or was cut short: {_AGAIN}")
    tail = bytes(store.read(key, size - TRAILER.size - length, length + TRAILER.size))
    try:
        index: dict[str, Any] = json.loads(tail[:length])
        chunks = [bytes.fromhex(chunk) for chunk in index["chunks"]]
    except (ValueError, KeyError, TypeError) as error:
        raise ObjectError(f"{key} in {store.url} has a damaged index: {_AGAIN}") from error
    if address_of(chunks, tail) != address:
        raise ObjectError(f"{key} in {store.url} does not match its address: {_AGAIN}")
    return index


def check_segs(segs: Sequence[Sequence[Any]], key: str) -> list[tuple[int, int, str]]:
    """Return (offset, length, digest) of each segment; raises ObjectError for what no writer of this version writes."""
    spans: list[tuple[int, int, str]] = []
    for seg in segs:
        match seg:
            case [int(offset), int(length), int(raw), str(compression), str(digest)] if offset >= 0 and length >= 0:
                if compression != "none" or raw != length:
                    raise ObjectError(
                        f"{key}: compression {compression!r} is unknown to this version of flowc ({VERSION}): use a later one"
                    )
                spans.append((offset, length, digest))
            case _:
                raise ObjectError(f"{key}: a segment is listed as {seg!r}, which is no segment: {_AGAIN}")
    ordered = sorted(spans)
    if any(first[0] + first[1] > second[0] for first, second in itertools.pairwise(ordered)):
        raise ObjectError(f"{key}: its record lists segments that overlap: {_AGAIN}")
    return spans


def checked(data: Buffer, digest: str, key: str) -> Buffer:
    """Return `data`; raises ObjectError where its digest is another."""
    found = digest_segment(data).digest
    if found != digest:
        raise ObjectError(f"{key} is damaged: a segment has the digest {found}, its record says {digest}: {_AGAIN}")
    return data


_AGAIN = "delete it, and run the step that made it again"


def _check_header(whole: memoryview, key: str) -> None:
    if len(whole) < HEADER.size:
        raise ObjectError(f"{key} is too short for a data object ({len(whole)} bytes): {_AGAIN}")
    magic, version, flags = HEADER.unpack(whole[: HEADER.size])
    if magic != MAGIC:
        raise ObjectError(f"{key} is not a data object of flowc: {_AGAIN}")
    if version > OBJECT_VERSION or flags:
        writer = _writer(whole)
        raise ObjectError(
            f"{key} was written by flowc {writer} as version {version}, flags {flags:#x}; flowc {VERSION} reads version {OBJECT_VERSION}, "
            f"flags 0: use flowc {writer} or later"
        )


def _writer(whole: memoryview) -> str:
    """Return the version that the index names, without trusting the rest of it."""
    try:
        length, _ = TRAILER.unpack(whole[-TRAILER.size :])
        return str(json.loads(bytes(whole[-TRAILER.size - min(length, MAX_INDEX) : -TRAILER.size]))["flowc"])
    except (ValueError, KeyError, TypeError, struct.error):
        return "(unknown version)"


def _chunk_digests(data: Buffer) -> list[bytes]:
    view = memoryview(data)
    return [hashlib.sha256(view[start : start + CHUNK]).digest() for start in range(0, len(view), CHUNK)]


def _size(data: Buffer) -> int:
    return data.nbytes if isinstance(data, memoryview) else len(data)
