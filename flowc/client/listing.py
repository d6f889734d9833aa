"""A sequence that is made when it is first looked at, and that can also be called, as Metaflow's `run.steps()` is."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar, overload


class Tagged(Protocol):
    """What a listing holds."""

    @property
    def tags(self) -> frozenset[str]:
        """The tags of the run."""


T = TypeVar("T", bound=Tagged)


class Listing(Sequence[T]):
    """A lazy, read-only sequence. Calling it returns an iterator over the members that carry all the tags given."""

    def __init__(self, make: Callable[[], Iterable[T]]) -> None:
        self._make = make
        self._made: tuple[T, ...] | None = None

    @property
    def _members(self) -> tuple[T, ...]:
        if self._made is None:
            self._made = tuple(self._make())
        return self._made

    def __call__(self, *tags: str) -> Iterator[T]:
        """Return an iterator over the members whose run carries all of `tags`."""
        return (member for member in self._members if member.tags.issuperset(tags))

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...

    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        return self._members[index]

    def __len__(self) -> int:
        return len(self._members)

    def __repr__(self) -> str:
        return repr(list(self._members))
