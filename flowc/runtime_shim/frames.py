"""The foreach frames around a task, found by its address: number, count and item, each read from the commit record of the opener."""

from collections.abc import Callable, Mapping
from functools import cached_property

from flowc.runtime_shim.contract import Plan, split_at
from flowc.runtime_shim.items import load_item
from flowc.runtime_shim.stores import Store
from flowc.runtime_shim.typed import Any


class RecordedFrame:
    """One foreach or gang around a task; the opener's record is read when something of it is asked."""

    def __init__(
        self, store: Store, flow: str, opener: str, at: str, index: int, read: Callable[[str, str], Mapping[str, Any] | None]
    ) -> None:
        self._store = store
        self._flow = flow
        self.opener = opener
        self.at = at
        self.index = index
        self._read = read

    @cached_property
    def _record(self) -> Mapping[str, Any]:
        record = self._read(self.opener, self.at)
        if record is None:
            raise RuntimeError(f"step {self.opener!r} at {self.at!r}, which opened this foreach, has no commit record")
        return record

    @property
    def count(self) -> int:
        """How many items the opener recorded."""
        count: int = self._record["control"]["count"]
        return count

    @cached_property
    def item(self) -> Any:
        """The item as recorded when the foreach was opened; the member's number in a gang."""
        if "items" not in self._record:
            return self.index
        return load_item(self._store, self._flow, self._record["items"], self.index)


def enclosing(plan: Plan, step: str, at: str) -> list[tuple[str, str, int]]:
    """Return (opener, its address, index) of every foreach and gang around the task, outermost first."""
    found: list[tuple[str, str, int]] = []
    while True:
        place = plan["steps"][step]
        for _ in place["loops"]:
            at = split_at(at)[0]
        scope = place["scope"]
        if scope is None:
            return found[::-1]
        step = scope[0]
        if plan["steps"][step]["kind"] in ("foreach", "gang"):
            at, _, index = split_at(at)
            found.append((step, at, index))
