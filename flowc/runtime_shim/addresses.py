"""Where the next task stands, and which tasks came before one: from the plan and the records alone.

A level is a loop's body, or a scope outside its loops; its nodes are its own steps and the loops directly in it, each one node.
An address has one `~k` per loop around a step and one `.i` per foreach or gang. Nothing here recurses on the depth of a flow.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from flowc.runtime_shim.contract import Plan, PlanStep, is_address, item_at, split_at, turn_at
from flowc.runtime_shim.stores.threads import in_threads
from flowc.runtime_shim.typed import Any, Literal, NamedTuple, overload

Record = Mapping[str, Any]
Read = Callable[[str, str], Record | None]


class Refused(Exception):  # noqa: N818  # reads as what happened
    """The records do not lead to the task: the engine, or whoever started it, handed over a wrong address or came too early."""


class Step(NamedTuple):
    """Where a transition leads: the address there, and the (first step, address outside) of the outermost loop it leaves."""

    at: str
    exit: tuple[str, str] | None


class Parents(NamedTuple):
    """The commit records that come before a task, in order.

    kind: "first" (none: the flow starts here), "one", "branches" (of a split, as written), "items" (of a foreach or gang;
    `records` reads each when it is asked for). opener: step and address of what a join closes.
    """

    kind: Literal["first", "one", "branches", "items"]
    records: Sequence[Record]
    opener: tuple[str, str] | None = None


def follow(plan: Plan, step: str, at: str, target: str) -> Step:
    """Return where `target` stands when `step` at `at` goes there inside its scope.

    The `~0` of a loop that is entered is not appended: see `start_address`. Towards the join that closes the scope it is the
    address of the branch or item.
    """
    here, there = plan["steps"][step], plan["steps"][target]
    left = [loop for loop in here["loops"] if loop not in there["loops"]]
    for _ in left:
        at = _without(at, "~", step)
    left_loop = (left[0], at) if left else None
    if target in here["loops"]:
        base, _, turn = split_at(at)
        at = turn_at(base, turn + 1)
    return Step(at, left_loop)


def start_address(plan: Plan, target: str, at: str) -> str:
    """Return the address of `target`, handed over as `at`: with the `~0` of the loop that is entered there, if one is.

    Raises Refused where `at` is no address at which `target` can stand.
    """
    shape = address_shape(plan, target)
    given = _kinds(at)
    if given == shape:
        return at
    if target in plan["loops"] and given + "~" == shape:
        return turn_at(at, 0)
    raise Refused(f"step {target!r} cannot stand at {at!r}: its address reads {_pattern(shape)}")


def address_shape(plan: Plan, step: str) -> str:
    """Return the kinds of the segments in the addresses of `step`, such as `.~` for a loop in a foreach."""
    kinds = ""
    while True:
        place = plan["steps"][step]
        kinds = "~" * len(place["loops"]) + kinds
        if place["scope"] is None:
            return kinds
        step = place["scope"][0]
        if plan["steps"][step]["kind"] != "split":
            kinds = "." + kinds


def parents(plan: Plan, step: str, at: str, read: Read, read_exit: Read, *, at_once: int = 1) -> Parents:
    """Return the records that come before `step` at `at`.

    read: the commit record of (step, address), None where there is none; read_exit: the exit record of (first step of a loop,
    address outside it). Each is asked for what decides the way and for the parents, no more; for the items of a join by so many
    threads `at_once`. Raises Refused where the records do not lead to the task.
    """
    if step not in plan["steps"]:
        raise Refused(f"the plan of flow {plan['flow']} has no step {step!r}")
    if not is_address(at) or _kinds(at) != address_shape(plan, step):
        raise Refused(f"step {step!r} cannot stand at {at!r}: its address reads {_pattern(address_shape(plan, step))}")
    return _Search(plan, step, at, read, read_exit, at_once).parents()


class _Level(NamedTuple):
    """One level: its scope and the loops around it."""

    scope: list[str] | None
    loops: list[str]


class _Search:
    """One search for the parents of a task. Records that decided the way are kept: one may be the parent's own."""

    def __init__(self, plan: Plan, step: str, at: str, read: Read, read_exit: Read, at_once: int) -> None:
        self._at_once = at_once
        self._plan = plan
        self._step = step
        self._at = at
        self._read = read
        self._read_exit = read_exit
        self._seen: dict[tuple[str, str], Record] = {}

    def parents(self) -> Parents:
        place = self._plan["steps"][self._step]
        if "opener" in place:
            return self._joined(place)
        level, dom, at = _Level(place["scope"], place["loops"]), place["dom"], self._at
        if self._step in self._plan["loops"]:
            outside = self._plan["loops"][self._step]
            base, _, turn = split_at(at)
            if turn > 0:
                return self._one(self._replay(level, self._step, turn_at(base, turn - 1), self._step, None))
            level, dom, at = _Level(outside["scope"], outside["loops"]), outside["dom"], base
        if dom is not None:
            return self._one(self._replay(level, dom, at, self._step, self._order(level, self._step)))
        if level.scope is not None:
            return self._opened(level.scope[0], at)
        return Parents("first", ())

    def _one(self, parent: tuple[str, str]) -> Parents:
        return Parents("one", (self._parent(parent, start_of=self._at),))

    def _opened(self, opener: str, at: str) -> Parents:
        """The parent of a branch's first step is what opened the split, foreach or gang."""
        if self._plan["steps"][opener]["kind"] == "split":
            return Parents("one", (self._record(opener, at),))
        base, _, index = split_at(at)
        record = self._record(opener, base)
        if index >= _count(record, opener, base):
            raise Refused(f"{self._me()} is item {index}, but {opener!r} at {base!r} recorded {record['control']['count']} items")
        return Parents("one", (record,))

    def _joined(self, place: PlanStep) -> Parents:
        opener, at = place["opener"], self._at
        branches = self._plan["steps"][opener]["next"]
        if self._plan["steps"][opener]["kind"] == "split":
            ends = [self._branch_end(opener, branch, at) for branch in branches]
            return Parents("branches", tuple(self._parent(end, branch=at) for end in ends), (opener, at))
        count = _count(self._record(opener, at), opener, at)
        return Parents("items", _LazyRecords(count, lambda index: self._item(opener, branches[0], index), self._at_once), (opener, at))

    def _item(self, opener: str, first: str, index: int) -> Record:
        at = item_at(self._at, index)
        search = _Search(self._plan, self._step, self._at, self._read, self._read_exit, 1)
        return search._parent(search._branch_end(opener, first, at), branch=at)

    def _branch_end(self, opener: str, first: str, at: str) -> tuple[str, str]:
        return self._replay(_Level([opener, first], []), first, at, self._step, None)

    def _replay(self, level: _Level, node: str, at: str, target: str, limit: int | None) -> tuple[str, str]:
        """Return the step that goes to `target`, and its address, going forward from `node` of a level that stands at `at`.

        limit: the order of `target` in the level; None where it comes last, being the join or the next turn.
        """
        while True:
            if self._is_step(level, node):
                step, step_at, following = node, at, self._after(level, node, at, limit)
            else:
                step, step_at, following = self._exit(node, at)
            if following == target:
                return step, step_at
            order = self._order(level, following)
            if order is None or order <= (self._order(level, node) or 0):
                raise Refused(f"{self._me()} is not reached: {step!r} at {step_at!r} went on to {following!r}")
            node = following

    def _after(self, level: _Level, node: str, at: str, limit: int | None) -> str:
        """Return what follows a step; a switch before whose meeting point the target cannot come is skipped unread."""
        place = self._plan["steps"][node]
        if "join" in place:
            return place["join"]
        if place["kind"] == "linear":
            return place["next"][0]
        if place["kind"] == "end":
            raise Refused(f"{self._me()} is not reached: the flow ended in {node!r} at {at!r}")
        meet = place["meet"]
        if meet is not None:
            order = self._order(level, meet)
            if order is not None and (limit is None or order < limit):
                return meet
        chosen = self._record(node, at)["control"].get("next")
        if chosen not in place["next"]:
            raise Refused(f"the record of switch {node!r} at {at!r} names {chosen!r} as next, which is none of its cases")
        return str(chosen)

    def _exit(self, loop: str, at: str) -> tuple[str, str, str]:
        record = self._read_exit(loop, at)
        if record is None:
            raise Refused(f"{self._me()} is not reached: no exit record of the loop of {loop!r} at {at!r}, so it was not left")
        step, step_at, target = record.get("step"), record.get("at"), record.get("next")
        if target not in self._plan["loops"][loop]["exits"] or not isinstance(step, str) or not isinstance(step_at, str):
            raise Refused(f"the exit record of the loop of {loop!r} at {at!r} leads from {step!r} at {step_at!r} to {target!r}")
        return step, step_at, str(target)

    def _is_step(self, level: _Level, node: str) -> bool:
        return self._plan["steps"][node]["loops"] == level.loops

    def _order(self, level: _Level, node: str) -> int | None:
        """Return where a node stands in a level, None where it is no node of it."""
        place = self._plan["steps"].get(node)
        if place is None or place["scope"] != level.scope:
            return None
        if place["loops"] == level.loops:
            return place["order"]
        loop = self._plan["loops"].get(node)
        return loop["order"] if loop is not None and loop["loops"] == level.loops else None

    def _record(self, step: str, at: str) -> Record:
        if (step, at) not in self._seen:
            record = self._read(step, at)
            if record is None:
                raise Refused(f"{self._me()} came too early: {step!r} at {at!r} before it has no commit record")
            self._seen[step, at] = record
        return self._seen[step, at]

    def _parent(self, parent: tuple[str, str], *, start_of: str | None = None, branch: str | None = None) -> Record:
        """Return the record of a parent; raises Refused where its control values lead elsewhere than to the task."""
        step, step_at = parent
        record = self._record(step, step_at)
        control = record["control"]
        if control.get("next", self._step) != self._step:
            raise Refused(f"{self._me()} is not reached: {step!r} at {step_at!r} went on to {control['next']!r}")
        handed = control.get("at")
        if handed is not None and handed != branch and (start_of is None or start_address(self._plan, self._step, handed) != start_of):
            raise Refused(f"{self._me()} is not reached: {step!r} at {step_at!r} went on at {control['at']!r}")
        return record

    def _me(self) -> str:
        return f"step {self._step!r} at {self._at!r}"


_WINDOW = 256


class _LazyRecords(Sequence[Record]):
    """Records of a foreach's items, read when they are asked for: in windows of 256 where one is asked for after the other."""

    def __init__(self, count: int, load: Callable[[int], Record], at_once: int) -> None:
        self._count = count
        self._load = load
        self._at_once = at_once
        self._kept: dict[int, Record] = {}
        self._following = 0

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> list[Record]: ...
    def __getitem__(self, index: int | slice) -> Record | list[Record]:
        if isinstance(index, slice):
            return [self._get(number) for number in range(*index.indices(self._count))]
        if not -self._count <= index < self._count:
            raise IndexError(index)
        return self._get(index % self._count)

    def __iter__(self) -> Iterator[Record]:
        return (self._get(number) for number in range(self._count))

    def _get(self, number: int) -> Record:
        if number not in self._kept:
            end = min(self._count, number + _WINDOW) if number == self._following else number + 1
            if len(self._kept) >= _WINDOW:
                self._kept.clear()
            in_threads(self._keep, range(number, end), self._at_once)
        self._following = number + 1
        return self._kept[number]

    def _keep(self, number: int) -> None:
        self._kept[number] = self._load(number)


def _count(record: Record, opener: str, at: str) -> int:
    count = record["control"].get("count")
    if not isinstance(count, int):
        raise Refused(f"the record of {opener!r} at {at!r} has no count of items")
    return count


def _without(at: str, kind: str, step: str) -> str:
    base, found, _ = split_at(at)
    if found != kind:
        raise Refused(f"step {step!r} cannot stand where its address ends with {at!r}")
    return base


def _kinds(at: str) -> str:
    return "".join(character for character in at if character in ".~")


def _pattern(shape: str) -> str:
    return "r" + "".join(kind + "N" for kind in shape)
