"""What every store can do, and how it says that it cannot.

A store keeps bytes under keys (`contract.py` spells them). Nothing is overwritten: a record is created once, an object is named
by its content.
"""

from collections.abc import Iterator, Sequence

from flowc.runtime_shim.typed import Protocol, TypeAlias

Buffer: TypeAlias = bytes | bytearray | memoryview


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
    def settle_seconds(self) -> float:
        """How long something written elsewhere may stay invisible here; 0 where never."""

    def get(self, key: str) -> bytes | None:
        """Return all bytes under `key`, or None where there is no such key."""

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

    def delete(self, key: str) -> None:
        """Remove `key`; a missing key is fine."""
