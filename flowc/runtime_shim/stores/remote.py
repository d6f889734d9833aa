"""A store in a bucket. Single requests are tried again here, and what they may have left behind is told apart."""

import mmap
import os
import time
from collections.abc import Callable, Iterator, Sequence

from flowc.runtime_shim.stores.base import (
    GRACE_SECONDS,
    Buffer,
    Exists,
    Listed,
    StoreError,
    StoreUnavailable,
    parts_of,
    size_of,
)
from flowc.runtime_shim.stores.bucket import Bucket, Conflict, Head, Range
from flowc.runtime_shim.stores.pauses import PATIENCE, pauses
from flowc.runtime_shim.stores.threads import in_threads
from flowc.runtime_shim.typed import Any, TypeVar

PIECE = 16 * 1024 * 1024
"""Bytes of one ranged read, and of one part of a multipart upload."""
MULTIPART_FROM = 64 * 1024 * 1024
_LOOK_FROM = 1024 * 1024
"""From this size on it pays to ask whether an object is there before it is sent."""
_AT_ONCE = 4
_HUGE_PAGES_FROM = 4 * 1024 * 1024

T = TypeVar("T")


class RemoteStore:
    """Keys as objects of a bucket. `settle_seconds` is 0: what is written is seen by whoever reads later.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel
    """

    settle_seconds = 0.0
    at_once = 16

    def __init__(self, url: str, bucket: Callable[[], Bucket], *, patience: float = PATIENCE) -> None:
        """bucket: makes the client, with the first request and anew in a process forked from this one."""
        self.url = url
        self._make = bucket
        self._made: Bucket | None = None
        self._process = 0
        self._patience = patience

    @property
    def _bucket(self) -> Bucket:
        if self._made is None or self._process != os.getpid():
            self._made, self._process = self._make(), os.getpid()
        return self._made

    def get(self, key: str, most: int | None = None) -> bytes | None:
        """Return the object, or None where there is none."""
        return self._tried(self._bucket.get, _checked(key), most)

    def create(self, key: str, data: Buffer) -> None:
        """Put the object if there is none. A PUT whose reply was lost is told apart from another writer's by what stands there."""
        _checked(key)
        doubtful = False
        trouble: StoreUnavailable | None = None
        for pause in pauses(self._patience):
            try:
                self._bucket.create(key, data)
                return
            except Exists:
                if doubtful and self.get(key) == bytes(data):
                    return
                raise
            except Conflict:
                # https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html: on 409, try again.
                trouble = StoreUnavailable(f"cannot create {key} in {self.url}: others write it at this moment: try again later")
            except StoreUnavailable as error:
                doubtful, trouble = True, error
            time.sleep(pause)
        assert trouble is not None, "one try at least was made"
        raise trouble

    def put_object(self, key: str, parts: Sequence[Buffer]) -> None:
        """Put the object where none of its size, and young enough for a sweeper to leave, stands there."""
        _checked(key)
        size = sum(map(size_of, parts))
        if size < _LOOK_FROM:
            data = b"".join(parts)
            try:
                self._tried(self._bucket.create, key, data)
                return
            except (Exists, Conflict):
                if not self._holds(key, size):
                    self._tried(self._bucket.put, key, data)
        elif self._holds(key, size):
            return
        elif size < MULTIPART_FROM:
            self._tried(self._bucket.put, key, b"".join(parts))
        else:
            self._tried(self._bucket.put_parts, key, _pieces(parts))

    def stage(self, prefix: str) -> None:
        """Return None: an upload needs its key first."""
        return

    def read(self, key: str, offset: int, length: int) -> bytearray | memoryview:
        """Return `length` bytes from `offset`, large ones by ranges at the same time. Memory is taken once the server told the size."""
        _checked(key)
        if offset < 0 or length < 1:
            if offset < 0 or length < 0:
                raise self._short(key, f"bytes {offset} to {offset + length} are needed")
            return bytearray()
        first = self._range(key, offset, min(length, PIECE), offset + length)
        if length <= PIECE:
            return bytearray(first)
        buffer = _fresh(length)
        buffer[:PIECE] = first
        del first

        def load(start: int) -> None:
            wanted = min(PIECE, length - start)
            buffer[start : start + wanted] = self._range(key, offset + start, wanted, offset + length)

        in_threads(load, range(PIECE, length, PIECE), _AT_ONCE)
        return buffer

    def map(self, key: str) -> None:
        """Return None: there is no file to map."""
        return

    def size(self, key: str) -> int | None:
        """Return the object's size in bytes, or None where there is none."""
        found = self._tried(self._bucket.head, _checked(key))
        return None if found is None else found.size

    def list(self, prefix: str) -> Iterator[str]:
        """Yield the names below `prefix`, sorted."""
        if prefix:
            _checked(prefix.removesuffix("/"))
        yield from sorted(set(self._tried(lambda: list(self._bucket.list(prefix)))))

    def walk(self, prefix: str) -> Iterator[Listed]:
        """Yield every object below `prefix`."""
        if prefix:
            _checked(prefix.removesuffix("/"))
        yield from self._tried(lambda: list(self._bucket.walk(prefix)))

    def delete(self, key: str) -> None:
        """Remove the object, if there is one."""
        self._tried(self._bucket.delete, _checked(key))

    def sweep(self, key: str, age: float) -> bool:
        """Remove the object where a last look says that it is old; between look and removal lie milliseconds, in which S3 knows no lock."""
        found: Head | None = self._tried(self._bucket.head, _checked(key))
        if found is None or found.age < age:
            return False
        self.delete(key)
        return True

    def _tried(self, call: Callable[..., T], *arguments: Any) -> T:
        """Return what `call` returns, tried again while the store is out of reach."""
        trouble: StoreUnavailable | None = None
        for pause in pauses(self._patience):
            try:
                return call(*arguments)
            except StoreUnavailable as error:
                trouble = error
            time.sleep(pause)
        assert trouble is not None, "one try at least was made"
        raise trouble

    def _holds(self, key: str, size: int) -> bool:
        found: Head | None = self._tried(self._bucket.head, key)
        return found is not None and found.size == size and found.age < GRACE_SECONDS / 2

    def _range(self, key: str, offset: int, length: int, end: int) -> memoryview:
        """Return bytes of an object that must have `end` bytes at least."""

        def ask() -> memoryview:
            found: Range | None = self._bucket.read(key, offset, length)
            if found is None:
                raise StoreError(f"{key} is missing in {self.url}: it was deleted, or the root is not the one that the run wrote to")
            if found.whole < end:
                raise self._short(key, f"it has {found.whole} bytes, {end} are needed")
            data = memoryview(found.data)
            if data.nbytes != length:
                raise StoreUnavailable(f"cannot read {key} in {self.url}: the answer was cut short, {data.nbytes} of {length} bytes came")
            return data

        return self._tried(ask)

    def _short(self, key: str, why: str) -> StoreError:
        return StoreError(f"{key} in {self.url} is damaged: {why}. Delete it, and run the step that made it again")


def _checked(key: str) -> str:
    parts_of(key)
    return key


def _pieces(parts: Sequence[Buffer]) -> list[Buffer]:
    """Return the bytes of `parts` in pieces of 16 MiB, copied only where a piece has bytes of several parts."""
    pieces: list[Buffer] = []
    loose = bytearray()
    for part in parts:
        view = memoryview(part).cast("B")
        if loose:
            taken = min(PIECE - len(loose), len(view))
            loose += view[:taken]
            view = view[taken:]
            if len(loose) == PIECE:
                pieces.append(loose)
                loose = bytearray()
        while len(view) >= PIECE:
            pieces.append(view[:PIECE])
            view = view[PIECE:]
        loose += view
    return [*pieces, loose] if loose else pieces


def _fresh(length: int) -> memoryview:
    """Return writable memory; in huge pages where the system has them, which come in several times faster."""
    if length < _HUGE_PAGES_FROM:
        return memoryview(bytearray(length))
    try:
        made = mmap.mmap(-1, length)
    except OSError as error:
        raise MemoryError(f"{length} bytes: {os.strerror(error.errno or 0)}") from error
    if hasattr(mmap, "MADV_HUGEPAGE"):
        try:
            made.madvise(mmap.MADV_HUGEPAGE)
        except OSError:
            pass  # a kernel without them
    return memoryview(made)
