"""Which members of a chunk a switch sent elsewhere: they are passed over, for the task runs as soon as any member needs it."""

from flowc.runtime_shim.addresses import Read, Refused, start_address
from flowc.runtime_shim.contract import Plan, split_at
from flowc.runtime_shim.typed import NamedTuple


class _Way(NamedTuple):
    """From the first node of a level to a node of it, both by the step that names them, at the level's address."""

    first: str
    node: str
    at: str


def is_passed_over(plan: Plan, step: str, at: str, read: Read, read_exit: Read) -> bool:
    """Return whether a switch between the foreach around `step` and `step` itself went another way at this item.

    at: the step's address; for the first step of a loop the address outside it. read, read_exit: as in `addresses.parents`; asked
    for the switches and loops on the way, no more. Raises Refused where a record that must be there is not.
    """
    return not all(_leads(plan, way, read, read_exit) for way in _ways(plan, step, at))


def _ways(plan: Plan, step: str, at: str) -> list[_Way]:
    """Return a way for each level from the body of the enclosing foreach (or the whole flow) down to the step, outermost first."""
    ways: list[_Way] = []
    node, at = step, start_address(plan, step, at)
    while True:
        place = plan["steps"][node]
        if place["loops"]:
            for _ in place["loops"]:
                at = split_at(at)[0]
            node = place["loops"][0]
        scope = place["scope"]
        ways.append(_Way(plan["start"] if scope is None else scope[1], node, at))
        if scope is None or plan["steps"][scope[0]]["kind"] != "split":
            return ways[::-1]
        node = scope[0]


def _leads(plan: Plan, way: _Way, read: Read, read_exit: Read) -> bool:
    """Whether the records lead to the goal. Only what the goal waits for is asked: another arm may be still on its way."""
    before = _before(plan, way)
    here = way.first
    while here != way.node:
        following = _after(plan, here, way, read, read_exit)
        if following not in before:
            return False
        here = following
    return True


def _before(plan: Plan, way: _Way) -> set[str]:
    """Return the goal and the nodes of its level that lead to it."""
    scope = plan["steps"][way.node]["scope"]
    sources: dict[str, list[str]] = {}
    for name, place in plan["steps"].items():
        if place["scope"] == scope and (not place["loops"] or place["loops"][0] == name):
            for target in plan["loops"][name]["exits"] if place["loops"] else [place["join"]] if "join" in place else place["next"]:
                sources.setdefault(target, []).append(name)
    found = {way.node}
    pending = [way.node]
    while pending:
        fresh = [name for name in sources.get(pending.pop(), ()) if name not in found]
        found.update(fresh)
        pending.extend(fresh)
    return found


def _after(plan: Plan, node: str, way: _Way, read: Read, read_exit: Read) -> str | None:
    """Return what follows a node; a switch whose arms meet before the goal is skipped unread."""
    place = plan["steps"][node]
    if place["loops"]:
        record = read_exit(node, way.at)
        if record is None:
            raise Refused(f"step {way.node!r} at {way.at!r} came too early: the loop of {node!r} before it was not left")
        return str(record["next"])
    if "join" in place:
        return place["join"]
    if place["kind"] != "switch":
        return place["next"][0] if place["next"] else None
    meet = place["meet"]
    if meet is not None and plan["steps"][meet]["scope"] == place["scope"] and _order(plan, meet) <= _order(plan, way.node):
        return meet
    record = read(node, way.at)
    if record is None:
        raise Refused(f"step {way.node!r} at {way.at!r} came too early: {node!r} before it has no commit record")
    return str(record["control"]["next"])


def _order(plan: Plan, node: str) -> int:
    """Return where a node stands in the level outside its own loop."""
    loop = plan["loops"].get(node)
    return plan["steps"][node]["order"] if loop is None else loop["order"]
