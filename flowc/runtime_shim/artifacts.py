"""The artifacts of one attempt: loaded when touched, stored when changed, passed on as they are otherwise."""

from collections.abc import Mapping
from types import MappingProxyType

from flowc.runtime_shim.codecs import ArtifactError, encode
from flowc.runtime_shim.contract import Entry, identity
from flowc.runtime_shim.objects import digest_segment
from flowc.runtime_shim.staging import digest_and_stage
from flowc.runtime_shim.stores.base import Buffer, Store
from flowc.runtime_shim.typed import Any
from flowc.runtime_shim.values import (
    decode_value,
    digest_segments,
    encode_value,
    load_segments,
    load_value,
    save_bytes,
    save_value,
    store_segments,
)

__all__ = ["ArtifactError", "Artifacts", "load_value", "save_bytes", "save_value"]

Identity = tuple[str, tuple[str, ...]]

_UNCHANGEABLE = frozenset({int, float, bool, complex, str, bytes, type(None)})
_WORTH_KNOWING = 1024 * 1024
_NEVER_EQUAL: Identity = ("", ())


class Artifacts:
    """Artifacts by name: entries of the parents' records, and what the step makes of them."""

    def __init__(self, store: Store, flow: str, entries: Mapping[str, Entry]) -> None:
        self._store = store
        self._flow = flow
        self._entries: dict[str, Entry] = dict(entries)
        self._inherited = dict(entries)
        self._values: dict[str, Any] = {}
        self._baseline: dict[str, Identity | None] = {}

    @property
    def entries(self) -> Mapping[str, Entry]:
        """Entries of what is stored: a value set since the last `finish` is not among them."""
        return MappingProxyType(self._entries)

    def names(self) -> list[str]:
        """Names of all artifacts, sorted."""
        return sorted({*self._entries, *self._values})

    def get(self, name: str) -> Any:
        """Return the artifact, the same object each time; raises KeyError where there is none."""
        if name in self._values:
            return self._values[name]
        entry = self._entries[name]
        try:
            segments = load_segments(self._store, self._flow, entry)
            value = decode_value(self._store, self._flow, entry, segments)
        except ArtifactError as error:
            raise ArtifactError(f"artifact {name!r}: {error}") from error
        self._values[name] = value
        # A set of strings pickles to other bytes here than where it was stored, under another hash seed, and has not changed:
        # so what it is compared with in the end are the bytes it gives right after loading.
        self._baseline[name] = None if type(value) in _UNCHANGEABLE else _identity_now(value, entry, segments)
        return value

    def set(self, name: str, value: object) -> None:
        """Make `value` the artifact `name`; `finish` stores it as it is by then."""
        if name in self._baseline and self._values[name] is value:
            return
        self._forget(name)
        self._values[name] = value

    def set_entry(self, name: str, entry: Entry) -> None:
        """Make what another record stores the artifact `name`, without loading it."""
        self._forget(name)
        self._entries[name] = entry

    def delete(self, name: str) -> None:
        """Remove the artifact; raises KeyError where there is none."""
        if name not in self._entries and name not in self._values:
            raise KeyError(name)
        self._forget(name)

    def reset(self) -> None:
        """Go back to what the parents left: everything that was set, deleted or loaded since is forgotten."""
        self._entries = dict(self._inherited)
        self._values.clear()
        self._baseline.clear()

    def finish(self) -> dict[str, Entry]:
        """Store what is new or changed and return the entry of every artifact, in the order of their names.

        Raises ArtifactError, naming the artifact, for a value that cannot be pickled.
        """
        known = {identity(entry): entry for entry in self._inherited.values()}
        settled: dict[int, tuple[Entry, Identity | None]] = {}
        for name in sorted(self._values, key=lambda name: (name not in self._baseline, name)):
            value = self._values[name]
            if id(value) not in settled:
                settled[id(value)] = self._settle(name, value, known)
            self._entries[name], self._baseline[name] = settled[id(value)]
        return {name: self._entries[name] for name in sorted(self._entries)}

    def _settle(self, name: str, value: object, known: dict[Identity, Entry]) -> tuple[Entry, Identity | None]:
        """Return the entry of a value and what it is compared with from now on."""
        before = self._baseline.get(name, _NEVER_EQUAL)
        if before is None:
            return self._entries[name], None
        encoded = encode_value(value, f"artifact {name!r}")
        if before is _NEVER_EQUAL:
            segments, staging = digest_and_stage(self._store, self._flow, encoded)
        else:
            segments, staging = digest_segments(encoded), None
        now = (encoded.codec, tuple(segment.digest for segment in segments))
        if now == before:
            return self._entries[name], now
        if now not in known:
            known[now] = store_segments(self._store, self._flow, encoded, segments, staging)
        elif staging is not None:
            staging.discard()
        return known[now], None if type(value) in _UNCHANGEABLE else now

    def _forget(self, name: str) -> None:
        self._entries.pop(name, None)
        self._values.pop(name, None)
        self._baseline.pop(name, None)


def _identity_now(value: object, entry: Entry, loaded: list[Buffer]) -> Identity:
    """Return the identity that `value`, just loaded, has in this process; large buffers it still shares are not read again."""
    digests = {address: seg[4] for buffer, seg in zip(loaded, entry["segs"], strict=True) if (address := _address(buffer)) is not None}
    try:
        encoded = encode(value)
    except Exception:  # The classes' own code may raise anything. `finish` raises it again, with the artifact's name.
        return _NEVER_EQUAL
    return encoded.codec, tuple(_known(digests, segment) or digest_segment(segment).digest for segment in encoded.segments)


def _known(digests: Mapping[tuple[int, int], str], buffer: Buffer) -> str | None:
    address = _address(buffer)
    return None if address is None else digests.get(address)


def _address(buffer: Buffer) -> tuple[int, int] | None:
    """Return (address, length) of a large writable buffer in memory."""
    if not isinstance(buffer, memoryview) or buffer.nbytes < _WORTH_KNOWING or buffer.readonly:
        return None
    import ctypes

    return ctypes.addressof(ctypes.c_char.from_buffer(buffer)), buffer.nbytes
