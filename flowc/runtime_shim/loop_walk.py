"""The walk through one loop, turn by turn, from the control values of the tasks that are done: what a fused loop runs next.

One task after the other: the branches of a split and the items of a foreach in their order. Only the plan is asked, for from step
to step it says everything that the region tree does.
"""

from collections.abc import Iterator, Mapping

from flowc.runtime_shim.addresses import Refused, start_address
from flowc.runtime_shim.contract import Plan, item_at, turn_at
from flowc.runtime_shim.typed import Any, NamedTuple


class Stop(NamedTuple):
    """A task of the walk. `gang`: the number of members that start together, at `at.0`, `at.1`, …; None for a single task."""

    step: str
    at: str
    gang: int | None = None


class _Region(NamedTuple):
    """A split, foreach or gang that is open: what of it has not begun, and the join that closes it."""

    rest: Iterator[Stop]
    join: Stop


class LoopWalk:
    """`here` is the task to run; None once the loop is left, for `left`: the step that comes next and its address.

    first, outside: the loop's first step, and the address outside the loop.
    """

    def __init__(self, plan: Plan, first: str, outside: str) -> None:
        self._plan = plan
        self._first = first
        self._open: list[_Region] = []
        self.here: Stop | None = Stop(first, turn_at(outside, 0))
        self.left: Stop | None = None

    def go_on(self, control: Mapping[str, Any]) -> None:
        """Move behind the task at `here`, whose control values these are. Raises Refused where they do not fit the plan."""
        here = self.here
        assert here is not None, "the loop is left"
        place = self._plan["steps"][here.step]
        if here.gang is not None:
            self._close(here)
        elif place["kind"] == "split":
            self._enter(here, (Stop(branch, self._start(branch, here.at)) for branch in place["next"]))
        elif place["kind"] == "foreach":
            (body,) = place["next"]
            count = _count(here, control)
            self._enter(here, (Stop(body, self._start(body, item_at(here.at, index))) for index in range(count)))
        elif place["kind"] == "gang":
            self._enter(here, iter([Stop(place["next"][0], here.at, _count(here, control))]))
        elif place["kind"] in ("linear", "switch"):
            self._follow(here, control)
        else:
            raise Refused(f"the flow ended in {here.step!r} at {here.at!r}, inside the loop of {self._first!r}")

    def _enter(self, opener: Stop, rest: Iterator[Stop]) -> None:
        self._open.append(_Region(rest, Stop(self._plan["steps"][opener.step]["join"], opener.at)))
        self.here = next(rest)

    def _close(self, last: Stop) -> None:
        """Go on where a branch or item ended: with the next one, or with the join."""
        region = self._open[-1]
        following = next(region.rest, None)
        if following is None:
            self._open.pop()
            following = region.join
        self.here = following

    def _follow(self, here: Stop, control: Mapping[str, Any]) -> None:
        place = self._plan["steps"][here.step]
        target, at = control.get("next", place["next"][0]), control.get("at", here.at)
        if target not in place["next"]:
            raise Refused(f"{here.step!r} at {here.at!r} went on to {target!r}, which the plan does not know")
        if self._open and target == self._open[-1].join.step:
            self._close(here)
        elif not self._open and self._first not in self._plan["steps"][target]["loops"]:
            self.here, self.left = None, Stop(target, at)
        else:
            self.here = Stop(target, self._start(target, at))

    def _start(self, step: str, at: str) -> str:
        return start_address(self._plan, step, at)


def steps_of_loop(plan: Plan, first: str) -> list[str]:
    """Return the steps that a loop may run, those in splits and foreaches inside it too, in the plan's order."""
    return [step for step in plan["steps"] if _is_inside(plan, step, first)]


def _is_inside(plan: Plan, step: str, loop: str) -> bool:
    while True:
        place = plan["steps"][step]
        if loop in place["loops"]:
            return True
        if place["scope"] is None:
            return False
        step = place["scope"][0]


def _count(here: Stop, control: Mapping[str, Any]) -> int:
    count = control.get("count", 0)
    if not isinstance(count, int) or count < 1:
        raise Refused(f"{here.step!r} at {here.at!r} recorded {count!r} items")
    return count
