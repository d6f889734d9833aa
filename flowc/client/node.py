"""What flow, run, step, task and artifact have in common: a place in a store, and a pathspec that names it."""

from typing import Self

from flowc.client.pathspec import join_pathspec
from flowc.client.reader import Reader


class Node:
    """A place in a store. Equal where store and pathspec are."""

    _reader: Reader
    _parts: tuple[str, ...]

    @classmethod
    def _at(cls, reader: Reader, parts: tuple[str, ...]) -> Self:
        """The node at `parts`, which is known to exist."""
        made = cls.__new__(cls)
        made._reader = reader
        made._parts = parts
        made._prepare()
        return made

    def _prepare(self) -> None:
        """Set what is found out later."""

    @property
    def id(self) -> str:
        """The last component of the pathspec."""
        return self._parts[-1]

    @property
    def pathspec(self) -> str:
        """The node's name, such as `Flow/RUN/step/AT`."""
        return join_pathspec(self._parts)

    @property
    def path_components(self) -> list[str]:
        """The components of the pathspec, as they really are."""
        return list(self._parts)

    @property
    def tags(self) -> frozenset[str]:
        """The tags of the run; a flow has none."""
        return frozenset()

    @property
    def user_tags(self) -> frozenset[str]:
        """All tags: flowc sets none by itself."""
        return self.tags

    @property
    def system_tags(self) -> frozenset[str]:
        """No tags: flowc sets none by itself."""
        return frozenset()

    def is_in_namespace(self) -> bool:
        """Return True: there are no namespaces here."""
        return True

    @property
    def root(self) -> str:
        """The URL of the store."""
        return self._reader.root

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.pathspec!r})"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and (other._parts, other.root) == (self._parts, self.root)

    def __hash__(self) -> int:
        return hash((type(self).__name__, self._parts, self.root))
