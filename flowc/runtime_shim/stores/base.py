"""What every store can do, and how it says that it cannot.

A store keeps bytes under keys (`contract.py` spells them). Nothing is overwritten: a record is created once, an object is named
by its content.
"""

from collections.abc import Iterator, Sequence

from flowc.runtime_shim.typed import NamedTuple, Protocol, TypeAlias

Buffer: TypeAlias = bytes | bytearray | memoryview

TEMPORARY = "@"
"""Begins the names of temporaries; `contract.component` never lets it into a key."""

GRACE_SECONDS = 7 * 86400.0
"""What nothing refers to yet is kept so long at least: a task may be about to commit it. `flowc gc` never goes below."""


class Listed(NamedTuple):
    """Something in a store, whatever it is: its key, its size in bytes, its age in seconds."""

    key: str
    size: int
    age: float


class StoreError(Exception):
    """A store cannot do what was asked; the message says what, where, and what to do about it."""


class StoreUnavailable(StoreError):  # noqa: N818  # reads as what happened
    """The same call may succeed later."""


class Exists(StoreError):  # noqa: N818  # the same
    """`create` found that `key` is taken."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key} exists already, and nothing is overwritten")
        self.key = key


class Staged(Protocol):
    """Bytes that are being written and have no key yet: nobody else sees them. One of `place` and `discard` ends it."""

    def write(self, data: Buffer) -> None:
        """Write `data` behind what was written before; raises StoreError."""

    def place(self, key: str) -> None:
        """Give what was written its key, as `put_object` would; raises StoreError."""

    def discard(self) -> None:
        """Forget what was written."""


class Store(Protocol):
    """Bytes under keys. Every method may raise StoreError, and StoreUnavailable where trying again may help.

    url: the root, as `open_store` was given it.
    """

    url: str

    @property
    def at_once(self) -> int:
        """How many requests are worth making at the same time."""

    @property
    def settle_seconds(self) -> float:
        """How long something written elsewhere may stay invisible here; 0 where never."""

    def get(self, key: str, most: int | None = None) -> bytes | None:
        """Return all bytes under `key`, or None where there is no such key. Raises StoreError, nothing read, for more than `most`."""

    def create(self, key: str, data: Buffer) -> None:
        """Put `data` under `key` in one atomic step; raises Exists where the key is taken. Of many writers one succeeds."""

    def put_object(self, key: str, parts: Sequence[Buffer]) -> None:
        """Put the concatenated `parts` under `key`, which their content determines: putting it again changes nothing."""

    def stage(self, prefix: str) -> Staged | None:
        """Return where an object can be written before its key, which begins with `prefix`, is known; None where the store cannot."""

    def read(self, key: str, offset: int, length: int) -> bytearray | memoryview:
        """Return a fresh writable buffer with `length` bytes from `offset`; raises StoreError where they are not there."""

    def map(self, key: str) -> memoryview | None:
        """Return all bytes under `key` as a private, writable view of the file, or None where the store cannot map.

        What is written to the view stays in this process. Raises StoreError for a missing key.
        """

    def size(self, key: str) -> int | None:
        """Return the number of bytes under `key`, or None where there is no such key."""

    def list(self, prefix: str) -> Iterator[str]:
        """Yield the names one level below `prefix` (which ends with `/`, or is empty), sorted, each once."""

    def walk(self, prefix: str) -> Iterator[Listed]:
        """Yield all that is below `prefix`, what killed writers left behind too, in any order."""

    def delete(self, key: str) -> None:
        """Remove `key`; a missing key is fine."""

    def sweep(self, key: str, age: float) -> bool:
        """Remove what `put_object` put under `key` unless somebody made it young, less than `age` seconds; return whether it went."""


def parts_of(key: str) -> list[str]:
    """Return the parts of a key; raises ValueError for what no store can keep, or only a temporary is named like."""
    parts = key.split("/")
    if any(part in ("", ".", "..") or part.startswith(TEMPORARY) or "\0" in part for part in parts):
        raise ValueError(f"{key!r} is not a key")
    return parts


def size_of(data: Buffer) -> int:
    """Return the number of bytes in `data`."""
    return data.nbytes if isinstance(data, memoryview) else len(data)


def too_large(key: str, where: str, size: int, most: int) -> StoreError:
    """Return the error for a key of the root `where` that holds more than what it is may have."""
    return StoreError(f"{key} in {where} has {size} bytes, and may have {most}: it was changed by something else than flowc")
