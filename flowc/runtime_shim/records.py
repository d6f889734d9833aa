"""Records: small canonical JSON that attempts compete to create once. What a task did is what its commit record says."""

import json
import os
import time
from collections.abc import Mapping

from flowc.runtime_shim.contract import RECORD_VERSION, VERSION, Attempt, failure_key, from_component
from flowc.runtime_shim.record_size import MAX_RECORD, fit, load_table
from flowc.runtime_shim.stores.base import Exists, Store, StoreError, StoreUnavailable
from flowc.runtime_shim.stores.pauses import pauses
from flowc.runtime_shim.trust import SIGNATURE, canonical, distrust, signed
from flowc.runtime_shim.typed import Any

_COMMIT_SHAPE: Mapping[str, type] = {"attempt": int, "nonce": str, "status": str, "control": dict, "artifacts": dict}


class RecordError(StoreError):
    """A record is damaged, of a later version, or does not belong under its key; the message names the key."""


def new_nonce() -> str:
    """Return what tells one attempt's record from any other's."""
    return os.urandom(8).hex()


def encode_record(record: Mapping[str, Any], key: str | None = None) -> bytes:
    """Return `record` as canonical JSON in UTF-8, with the version `v` and the writer's `flowc` filled in.

    key: where it is to stand; then it is signed for that place if a secret is configured (trust.py).
    Raises ValueError for what JSON cannot hold and for a record over 256 KiB.
    """
    stamped = {"v": RECORD_VERSION, "flowc": VERSION, **record}
    data = canonical(stamped if key is None else signed(stamped, key))
    if len(data) > MAX_RECORD:
        sizes = {name: len(json.dumps(value)) for name, value in record.items()}
        largest = max(sizes, key=lambda name: sizes[name])
        raise ValueError(f"a record of {len(data)} bytes is over {MAX_RECORD}; its largest field is {largest!r} with {sizes[largest]}")
    return data


def decode_record(data: bytes, key: str) -> dict[str, Any]:
    """Return the record that stands under `key`, its version, shape and bounds checked.

    The artifact table may stand in an object (`table`): `read_record` loads it. Raises RecordError.
    """
    if len(data) > MAX_RECORD:
        raise RecordError(f"{key} has {len(data)} bytes, a record has {MAX_RECORD} at most: {_NOT_OURS}")
    try:
        record = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{key} is damaged: it is not JSON ({error}): {_NOT_OURS}") from error
    if not isinstance(record, dict) or not isinstance(record.get("v"), int):
        raise RecordError(f"{key} is not a record of flowc: {_NOT_OURS}")
    if record["v"] > RECORD_VERSION:
        raise RecordError(
            f"{key} is a record of version {record['v']}, written by flowc {record.get('flowc', '(unknown version)')}; "
            f"flowc {VERSION} reads version {RECORD_VERSION}: use the version that wrote it, or a later one"
        )
    why = distrust(record, key)
    if why is not None:
        raise RecordError(f"{key} {why}")
    record.pop(SIGNATURE, None)
    _check_place(record, key)
    if key.endswith("/commit"):
        _check_commit(record, key)
    return record


def read_record(store: Store, key: str, *, wait: bool = False) -> dict[str, Any] | None:
    """Return the record under `key`, its artifact table loaded, or None where there is none.

    wait: it was promised, so ask again for as long as the store may hide what another machine wrote.
    Raises RecordError, and StoreError where the store fails.
    """
    data = read_data(store, key, wait=wait)
    return None if data is None else load_table(store, decode_record(data, key))


def read_data(store: Store, key: str, *, wait: bool = False) -> bytes | None:
    """Return the bytes of the record under `key`, None where there is none; `wait` as in `read_record`."""
    data = store.get(key, MAX_RECORD)
    if data is None and wait:
        patience = time.monotonic() + store.settle_seconds
        while data is None and time.monotonic() < patience:
            time.sleep(0.2)
            data = store.get(key, MAX_RECORD)
    return data


def commit(store: Store, key: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """Create the commit record under `key` and return the record that stands there: this one, or that of whoever was first.

    The caller won where `nonce` is its own. Raises StoreUnavailable where the store stays out of reach for 3 minutes, or as many
    seconds as FLOWC_STORE_PATIENCE says.
    """
    fitted = fit(store, {"v": RECORD_VERSION, "flowc": VERSION, **record}, encoded_size)
    data = encode_record(fitted, key)
    trouble: StoreUnavailable | None = None
    for pause in pauses():
        try:
            store.create(key, data)
            return load_table(store, fitted)
        except Exists:
            # Nothing there: an object store says "exists" for a clash with a writer that then failed, too.
            found = store.get(key, MAX_RECORD)
            if found is not None:
                return load_table(store, decode_record(found, key))
        except StoreUnavailable as error:
            trouble = error
        time.sleep(pause)
    raise trouble or StoreUnavailable(f"cannot create {key} in {store.url}: others claim it but leave nothing there: try again later")


def publish(store: Store, key: str, record: Mapping[str, Any]) -> bool:
    """Create a record whose content is the same whoever writes it; return whether this call did."""
    try:
        store.create(key, encode_record(record, key))
    except Exists:
        return False
    return True


def publish_failure(store: Store, attempt: Attempt, record: Mapping[str, Any]) -> None:
    """Create the failure record of an attempt; where another attempt of that number left one, beside it, under the record's nonce."""
    key = failure_key(attempt)
    if not publish(store, key, record):
        publish(store, f"{key}.{record['nonce']}", record)


def exit_record(flow: str, run: str, loop: tuple[str, str], left_by: tuple[str, str], target: str) -> dict[str, Any]:
    """Return the exit record of `loop` (first step, address outside): the step that left and its address, and where it went."""
    return {"flow": flow, "run": run, "loop": loop[0], "outside": loop[1], "step": left_by[0], "at": left_by[1], "next": target}


def encoded_size(record: Mapping[str, Any]) -> int:
    """Return about how many bytes `encode_record` makes of a record, over the limit or not."""
    return len(json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")) + _SIGNATURE_BYTES


_SIGNATURE_BYTES = 80
_NOT_OURS = "it was changed by something else than flowc. Delete it, and run the step again"


def _check_place(record: Mapping[str, Any], key: str) -> None:
    """Raise RecordError where the record names another place than `key` does."""
    parts = [from_component(part) for part in key.split("/")]
    if len(parts) < 4 or parts[1] != "runs":
        return
    names = ("loop", "outside") if parts[-1] == "exit" else ("step", "at")
    place = dict(zip(("flow", "run", *names), (parts[0], *parts[2:-1]), strict=False))
    required = set(place) if parts[-1] in ("commit", "exit") else set()
    for field, expected in place.items():
        if field not in record and field not in required:
            continue
        if record.get(field) != expected:
            raise RecordError(f"{key} is the record of another task: its {field} is {record.get(field)!r}, not {expected!r}: {_NOT_OURS}")


def _check_commit(record: Mapping[str, Any], key: str) -> None:
    for field, kind in _COMMIT_SHAPE.items():
        if field == "artifacts" and "table" in record:
            continue
        if not isinstance(record.get(field), kind):
            raise RecordError(f"{key} is damaged: its {field!r} is {record.get(field)!r}: {_NOT_OURS}")
    control = record["control"]
    count = control.get("count", 0)
    if type(count) is not int or count < 0 or not isinstance(control.get("next", ""), str) or not isinstance(control.get("at", ""), str):
        raise RecordError(f"{key} is damaged: its control values are {control!r}: {_NOT_OURS}")
    for name, entry in record.get("artifacts", {}).items():
        if not isinstance(entry, dict) or not isinstance(entry.get("codec"), str) or not isinstance(entry.get("segs"), list):
            raise RecordError(f"{key} is damaged: artifact {name!r} is listed as {entry!r}: {_NOT_OURS}")
