"""Values in a store: an entry says how one is encoded and where its bytes are."""

from binascii import a2b_base64, b2a_base64

from flowc.runtime_shim.codecs import ArtifactError, Encoded, decode, encode, encode_bytes, type_name
from flowc.runtime_shim.contract import Entry, object_key
from flowc.runtime_shim.culprit import find_culprit
from flowc.runtime_shim.objects import ObjectError, Segment, check_segs, checked, digest_segment, pack, read_index, read_segments
from flowc.runtime_shim.record_size import INLINE_LIMIT
from flowc.runtime_shim.staging import Staging, digest_and_stage
from flowc.runtime_shim.stores.base import Buffer, Store, StoreError
from flowc.runtime_shim.typed import Any


def save_value(store: Store, flow: str, value: object) -> tuple[Entry, list[Segment]]:
    """Store `value` and return its entry and segments; up to 16 KiB it stays in the entry and costs no request.

    Raises ArtifactError for a value that cannot be pickled.
    """
    encoded = encode_value(value, "the value")
    segments, staging = digest_and_stage(store, flow, encoded)
    return store_segments(store, flow, encoded, segments, staging), segments


def save_bytes(store: Store, flow: str, data: bytes) -> Entry:
    """Store `data` under the codec `bytes`, readable without unpickling: a log, for one."""
    encoded = encode_bytes(data)
    return store_segments(store, flow, encoded, digest_segments(encoded))


def load_value(store: Store, flow: str, entry: Entry) -> Any:
    """Return the value of `entry`, its bytes checked first. Large arrays are views of memory that is this process's own.

    Raises ArtifactError for an unknown codec and for a value that does not load here; StoreError for missing or damaged bytes.
    """
    return decode_value(store, flow, entry, load_segments(store, flow, entry))


def encode_value(value: object, label: str) -> Encoded:
    """Return `value` encoded; raises ArtifactError, with `label`, where it cannot be pickled."""
    try:
        return encode(value)
    except MemoryError:
        raise
    except Exception as error:  # Pickling runs the classes' own code, which may raise anything.
        path = find_culprit(value)
        where = f" (at {path})" if path else ""
        raise ArtifactError(f"{label} of type {type_name(value)}{where} cannot be stored: {cause(error)}") from error


def digest_segments(encoded: Encoded) -> list[Segment]:
    """Return the segments of an encoded value with their digests."""
    return [digest_segment(segment) for segment in encoded.segments]


def store_segments(store: Store, flow: str, encoded: Encoded, segments: list[Segment], staging: Staging | None = None) -> Entry:
    """Return the entry of an encoded value, whose bytes are put where they do not fit into the entry itself.

    staging: of these very bytes, on their way already.
    """
    size = sum(segment.size for segment in segments)
    if size <= INLINE_LIMIT:
        segs: list[list[Any]] = []
        offset = 0
        for segment in segments:
            segs.append([offset, segment.size, segment.size, "none", segment.digest])
            offset += segment.size
        inline = b2a_base64(b"".join(segment.data for segment in segments), newline=False).decode()
        return {"codec": encoded.codec, "type": encoded.type, "size": size, "inline": inline, "segs": segs}
    packed = pack(segments)
    key = object_key(flow, packed.address)
    if staging is not None:
        staging.finish(packed, key)
    else:
        store.put_object(key, packed.parts)
    return {"codec": encoded.codec, "type": encoded.type, "size": size, "obj": packed.address, "segs": packed.segs}


def load_segments(store: Store, flow: str, entry: Entry) -> list[Buffer]:
    """Return the segments of `entry`, each checked against its digest; raises StoreError for missing or damaged bytes."""
    if "obj" in entry:
        return read_segments(store, object_key(flow, entry["obj"]), entry["segs"])
    key = "an inline artifact"
    try:
        whole = memoryview(bytearray(a2b_base64(entry.get("inline", ""), strict_mode=True)))
    except ValueError as error:
        raise ObjectError(f"{key} is damaged: its base64 does not decode ({error}): run the step that made it again") from error
    spans = check_segs(entry["segs"], key)
    if any(offset + length > len(whole) for offset, length, _ in spans):
        raise ObjectError(f"{key} is shorter than its segments say: run the step that made it again")
    return [checked(whole[offset : offset + length], digest, key) for offset, length, digest in spans]


def decode_value(store: Store, flow: str, entry: Entry, segments: list[Buffer]) -> Any:
    """Return the value that the segments of `entry` hold; raises ArtifactError where it does not load here."""
    try:
        return decode(entry["codec"], segments)
    except (StoreError, MemoryError):
        raise
    except Exception as error:  # Unpickling runs the classes' own code, which may raise anything.
        writer = f" (flowc {_writer(store, flow, entry)} wrote it)" if isinstance(error, ArtifactError) else ""
        raise ArtifactError(f"a value of type {entry['type']} does not load here: {cause(error)}{writer}") from error


def cause(error: BaseException) -> str:
    """Return what went wrong, in one phrase."""
    text = str(error)
    return text if isinstance(error, ArtifactError) else f"{type(error).__name__}: {text}" if text else type(error).__name__


def _writer(store: Store, flow: str, entry: Entry) -> str:
    if "obj" not in entry:
        return "of a later version"
    try:
        return str(read_index(store, object_key(flow, entry["obj"]), entry["obj"])["flowc"])
    except (StoreError, KeyError):
        return "of an unknown version"
