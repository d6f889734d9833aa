"""Gates and edges: what stands between the tasks of each segment, and between the mapped groups that hold the segments."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flowc.backends.airflow.layout import TOP, Layout, Spot
from flowc.backends.airflow.merges import Opener, meeting_ways, merge_openers
from flowc.backends.airflow.model import ArmGate, Gate, MergeGate
from flowc.backends.airflow.names import Names
from flowc.ir.graph import StepName

Edges = list[tuple[str, str]]


@dataclass(slots=True)
class Wiring:
    """Ids of tasks, planners and groups; the gates and edges of every segment. Edges at the top also lead between groups.

    watched: the nodes whose XCom a gate reads although they decide nothing themselves.
    """

    tasks: dict[StepName, str]
    planners: dict[StepName, str]
    groups: dict[Spot, str]
    gates: dict[Spot, list[Gate]]
    edges: dict[Spot, Edges]
    arms: dict[tuple[StepName, StepName], ArmGate] = field(default_factory=dict)
    merges: dict[StepName, MergeGate] = field(default_factory=dict)
    closing: dict[StepName, MergeGate] = field(default_factory=dict)


def wire(layout: Layout, names: Names) -> Wiring:
    """Return all helper tasks and edges of a flow."""
    groups: dict[Spot, str] = {
        (level, part): names.group(level, part) for level, last in layout.segments.items() for part in range(1, last + 1)
    }
    spots: list[Spot] = [TOP, *groups]
    wiring = Wiring(
        tasks={name: names.loop(name) if node.loop else name for name, node in layout.nodes.items()},
        planners={foreach: names.planner(foreach) for foreach in layout.segments},
        groups=groups,
        gates={spot: [] for spot in spots},
        edges={spot: [] for spot in spots},
    )
    _make_arm_gates(layout, names, wiring)
    _make_merge_gates(layout, names, wiring)
    _connect(layout, wiring)
    _gate_roots(layout, names, wiring)
    _place_gates(layout, wiring)
    return wiring


def _make_arm_gates(layout: Layout, names: Names, wiring: Wiring) -> None:
    for name, node in layout.nodes.items():
        if layout.decides(name):
            for target in node.targets:
                switch = layout.decider(name, target)
                gate = ArmGate(task_id=names.arm(switch, target), switch=switch, target=target, opener=wiring.tasks[name])
                wiring.arms[name, target] = gate


def _make_merge_gates(layout: Layout, names: Names, wiring: Wiring) -> None:
    """A gate in front of the join of a foreach is the last task of its body: no skip may reach the join."""
    for name, openers in merge_openers(layout).items():
        ids = tuple(_id_of(opener, wiring) for opener in openers)
        if layout.is_foreach(layout.opener(name)):
            wiring.closing[name] = MergeGate(task_id=names.merge(name), of=name, openers=ids)
        elif layout.opener(name) is None or _meets_here(layout, name):
            wiring.merges[name] = MergeGate(task_id=names.merge(name), of=name, openers=ids)


def _id_of(opener: Opener, wiring: Wiring) -> str:
    name, target = opener
    return wiring.tasks[name] if target is None else wiring.arms[name, target].task_id


def _meets_here(layout: Layout, join: StepName) -> bool:
    """Whether an arm ends in the join's own segment: between segments there is no edge that could carry a skip."""
    spot = layout.nodes[join].spot
    return any(layout.nodes[name].spot == spot for name in meeting_ways(layout, join))


def _connect(layout: Layout, wiring: Wiring) -> None:
    for name, node in layout.nodes.items():
        _follow_groups(layout, wiring, name)
        here = wiring.edges[node.spot]
        for target in node.targets:
            if layout.is_foreach(name):
                continue
            source = wiring.tasks[name]
            if (name, target) in wiring.arms:
                here.append((source, wiring.arms[name, target].task_id))
                source = wiring.arms[name, target].task_id
            goal = _goal(layout, wiring, name, target)
            if goal is not None:
                here.append((source, goal))
        if name in wiring.merges:
            here.append((wiring.merges[name].task_id, wiring.tasks[name]))


def _goal(layout: Layout, wiring: Wiring, name: StepName, target: StepName) -> str | None:
    """The task that an edge to `target` leads to inside the segment of `name`; None where groups follow each other instead."""
    here, opener = layout.nodes[name].spot, layout.opener(target)
    if opener is not None and layout.is_foreach(opener):
        is_last = here == (opener, layout.segments[opener])
        return wiring.closing[target].task_id if target in wiring.closing and is_last else None
    if layout.nodes[target].spot != here:
        return None
    return wiring.merges[target].task_id if target in wiring.merges else wiring.tasks[target]


def _follow_groups(layout: Layout, wiring: Wiring, join: StepName) -> None:
    """The join of a foreach follows the last segment of its body: by its group, where it stands in one."""
    foreach = layout.opener(join)
    if foreach is None or not layout.is_foreach(foreach):
        return
    top, spot = wiring.edges[TOP], layout.nodes[join].spot
    body = wiring.groups[foreach, layout.segments[foreach]]
    if spot == TOP:
        top.append((body, wiring.tasks[join]))
        return
    level, part = spot
    before = (wiring.groups[level, part - 1], wiring.groups[spot])
    if before not in top:
        top.append(before)
    top.append((body, wiring.groups[spot]))


def _gate_roots(layout: Layout, names: Names, wiring: Wiring) -> None:
    """Segments begin with joins of inner foreaches; one that a skip could reach gets a gate that its own foreach opens.

    An edge between groups joins every leaf to every root, so one skipped leaf is enough. A segment whose leaves are foreach steps
    alone needs no such edge: their planners follow them anyway.
    """
    leaves = _leaves(layout, wiring)
    unsure: set[Spot] = set()
    for (level, part), last in leaves.items():
        following = (level, part + 1)
        if following not in wiring.groups:
            continue
        if all(layout.is_foreach(name) for name in last):
            wiring.edges[TOP].remove((wiring.groups[level, part], wiring.groups[following]))
        elif any(name is None or not layout.nodes[name].sure for name in last):
            unsure.add(following)
    roots = {join: foreach for foreach in layout.segments if (join := layout.join(foreach)) and layout.nodes[join].spot != TOP}
    unsure.update(layout.nodes[join].spot for join, foreach in roots.items() if not layout.nodes[foreach].sure)
    for join, foreach in roots.items():
        spot = layout.nodes[join].spot
        if spot in unsure:
            gate = MergeGate(task_id=names.merge(join), of=join, openers=(wiring.tasks[foreach],))
            wiring.merges[join] = gate
            wiring.edges[spot].insert(0, (gate.task_id, wiring.tasks[join]))


def _leaves(layout: Layout, wiring: Wiring) -> dict[Spot, list[StepName | None]]:
    """What no other task of its segment follows: nodes by name, None for the gate of an arm."""
    found: dict[Spot, list[StepName | None]] = {spot: [] for spot in wiring.groups}
    followed = {left for spot in wiring.groups for left, _ in wiring.edges[spot]}
    for name, node in layout.nodes.items():
        if node.spot != TOP:
            gates = [wiring.arms[name, target] for target in node.targets if (name, target) in wiring.arms]
            found[node.spot].extend([name] if wiring.tasks[name] not in followed else [])
            found[node.spot].extend(None for gate in gates if gate.task_id not in followed)
    return found


def _place_gates(layout: Layout, wiring: Wiring) -> None:
    for name, node in layout.nodes.items():
        gates: Sequence[Gate] = [wiring.arms[name, target] for target in node.targets if (name, target) in wiring.arms]
        if name in wiring.merges:
            wiring.gates[node.spot].append(wiring.merges[name])
        if name in wiring.closing:
            opener = layout.opener(name)
            assert opener is not None, "a gate closes what a foreach opened"
            wiring.gates[opener, layout.segments[opener]].append(wiring.closing[name])
        wiring.gates[node.spot].extend(gates)
