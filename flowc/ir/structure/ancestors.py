"""A tree that grows leaf by leaf and knows lowest common ancestors."""

from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class GrowingTree(Generic[T]):
    """A rooted tree with jump pointers: adding a leaf is O(1), a common ancestor O(log depth).

    Each leaf jumps to an ancestor as Myers' skew-binary lists do (E. Myers, "An applicative random-access stack", 1983).
    """

    def __init__(self, root: T) -> None:
        self._depth = {root: 0}
        self._parent = {root: root}
        self._jump = {root: root}

    def add(self, leaf: T, parent: T) -> None:
        """Put `leaf`, which the tree does not hold yet, under `parent`, which it does."""
        depth, jump = self._depth, self._jump
        far = jump[parent]
        even = depth[parent] - depth[far] == depth[far] - depth[jump[far]]
        self._depth[leaf] = depth[parent] + 1
        self._parent[leaf] = parent
        self._jump[leaf] = jump[far] if even else parent

    def common(self, members: Iterable[T]) -> T:
        """Return the lowest common ancestor of `members`, which must not be empty."""
        first, *others = members
        for other in others:
            first = self._common(first, other)
        return first

    def _common(self, one: T, two: T) -> T:
        depth, parent, jump = self._depth, self._parent, self._jump
        if depth[one] < depth[two]:
            one, two = two, one
        while depth[one] > depth[two]:
            one = jump[one] if depth[jump[one]] >= depth[two] else parent[one]
        while one != two:
            if jump[one] != jump[two]:
                one, two = jump[one], jump[two]
            else:
                one, two = parent[one], parent[two]
        return one
