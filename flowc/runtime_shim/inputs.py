"""`inputs` of a join: one flow object per branch or item, each with the artifacts its last step left."""

from collections.abc import Callable, Iterator, Sequence
from weakref import WeakValueDictionary

from flowc.runtime_shim.typed import Any, overload


class Inputs(Sequence[Any]):
    """The branches of a split in the order of `self.next`, or the items of a foreach in their order.

    `inputs[0].x`, `inputs.train.x` (by the name of a branch's last step), iteration, `len(inputs)`.
    A member is made when it is asked for, and kept no longer than somebody holds it.
    """

    def __init__(self, count: int, member: Callable[[int], Any], step_of: Callable[[int], str], branches: Sequence[str] = ()) -> None:
        self._count = count
        self._member = member
        self._step_of = step_of
        self._branches = branches
        self._made: WeakValueDictionary[int, Any] = WeakValueDictionary()

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(self._count))]
        number = index + self._count if index < 0 else index
        if not 0 <= number < self._count:
            raise IndexError(f"inputs[{index}] does not exist: this join has {self._count} inputs")
        member = self._made.get(number)
        if member is None:
            member = self._made[number] = self._member(number)
        return member

    def __iter__(self) -> Iterator[Any]:
        return (self[number] for number in range(self._count))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        for number in range(self._count - 1, -1, -1):
            if self._step_of(number) == name:
                return self[number]
        if name in self._branches:
            return self[self._branches.index(name)]
        steps = dict.fromkeys(self._step_of(number) for number in range(self._count))
        raise AttributeError(f"inputs has no branch {name!r}; it has {', '.join(steps)}")
