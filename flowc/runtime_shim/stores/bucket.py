"""What a client of an object store does for `RemoteStore`: single requests, without a second try."""

from collections.abc import Iterator, Sequence

from flowc.runtime_shim.stores.base import Buffer, Listed
from flowc.runtime_shim.typed import Any, NamedTuple, Protocol


class Head(NamedTuple):
    """An object's size in bytes, and its age in seconds by the clocks of the server and of this machine."""

    size: int
    age: float


class Range(NamedTuple):
    """Bytes of an object, and how many it has in all."""

    data: Any
    whole: int


class Conflict(Exception):  # noqa: N818  # reads as what happened
    """The server answered 409: somebody else writes the same key at this moment, and nothing says who wins."""


class Bucket(Protocol):
    """Requests to one bucket, keys with the root's prefix in front.

    Every method may raise StoreError; StoreUnavailable where the same request may succeed later, in which case a write may have
    been stored all the same.
    """

    def get(self, key: str, most: int | None = None) -> bytes | None:
        """Return an object, None where there is none; raises StoreError for one of more than `most` bytes, which is not read."""

    def create(self, key: str, data: Buffer) -> None:
        """Put an object by one request with `If-None-Match: *`; raises Exists where the key is taken, Conflict where 409 came."""

    def put(self, key: str, data: Buffer) -> None:
        """Put an object by one request, whatever stands there."""

    def put_parts(self, key: str, pieces: Sequence[Buffer]) -> None:
        """Put an object by a multipart upload; each piece but the last has the size of a part. A broken upload is aborted."""

    def read(self, key: str, offset: int, length: int) -> Range | None:
        """Return `length` bytes from `offset`, fewer where the object ends before; None where there is no such object."""

    def head(self, key: str) -> Head | None:
        """Return what is known of an object, None where there is none."""

    def list(self, prefix: str) -> Iterator[str]:
        """Yield the names one level below `prefix`, in any order, perhaps twice."""

    def walk(self, prefix: str) -> Iterator[Listed]:
        """Yield every object below `prefix`."""

    def delete(self, key: str) -> None:
        """Remove an object; a missing one is fine."""
