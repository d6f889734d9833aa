"""Reach: steps that the flow never comes to, and cycles that it never leaves, by plain edges."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flowc.ir.graph import FlowGraph, StepName


@dataclass(frozen=True, slots=True)
class Reach:
    """`unreachable` in source order; `closed`: each group of steps that only lead to one another, in source order."""

    unreachable: tuple[StepName, ...]
    closed: tuple[tuple[StepName, ...], ...]


def find_reach(graph: FlowGraph, start: StepName, end: StepName) -> Reach:
    """Return what cannot be reached from `start` and what cannot reach `end`; all targets must be steps of the graph."""
    ahead = {step.name: step.targets for step in graph.steps}
    behind: dict[StepName, list[StepName]] = {step.name: [] for step in graph.steps}
    for step in graph.steps:
        for target in step.targets:
            behind[target].append(step.name)
    reached = _reached(start, ahead)
    ending = _reached(end, behind)
    stuck = [step.name for step in graph.steps if step.name in reached and step.name not in ending]
    return Reach(
        tuple(step.name for step in graph.steps if step.name not in reached),
        tuple(_closed_groups(stuck, ahead)),
    )


def cycle_in(graph: FlowGraph, group: Iterable[StepName]) -> tuple[StepName, ...]:
    """Return a shortest cycle through the first step of a group of steps that all reach one another; its ends are equal."""
    members = tuple(group)
    inside = set(members)
    first = members[0]
    came: dict[StepName, StepName] = {}
    pending = [first]
    for here in pending:
        for target in graph.by_name[here].targets:
            if target in inside and target not in came:
                came[target] = here
                pending.append(target)
    path = [first, came[first]]
    while path[-1] != first:
        path.append(came[path[-1]])
    return tuple(reversed(path))


def _reached(start: StepName, edges: Mapping[StepName, Iterable[StepName]]) -> set[StepName]:
    seen = {start}
    pending = [start]
    while pending:
        for target in edges[pending.pop()]:
            if target not in seen:
                seen.add(target)
                pending.append(target)
    return seen


def _closed_groups(steps: list[StepName], ahead: Mapping[StepName, tuple[StepName, ...]]) -> list[tuple[StepName, ...]]:
    """Return the strongly connected groups of `steps` that no edge leaves (R. Tarjan, 1972, with a stack of our own)."""
    place = {name: position for position, name in enumerate(steps)}
    number: dict[StepName, int] = {}
    low: dict[StepName, int] = {}
    grouped: set[StepName] = set()
    kept: list[StepName] = []
    groups: list[tuple[StepName, ...]] = []
    for root in steps:
        if root in number:
            continue
        stack = [(root, iter(ahead[root]))]
        number[root] = low[root] = len(number)
        kept.append(root)
        while stack:
            name, targets = stack[-1]
            target = next((target for target in targets if target not in grouped and target in place), None)
            if target is None:
                stack.pop()
                if stack:
                    low[stack[-1][0]] = min(low[stack[-1][0]], low[name])
                if low[name] == number[name]:
                    group = kept[kept.index(name) :] if kept[-1] != name else [name]
                    del kept[-len(group) :]
                    grouped.update(group)
                    if all(way in group for member in group for way in ahead[member]):
                        groups.append(tuple(sorted(group, key=place.__getitem__)))
            elif target in number:
                low[name] = min(low[name], number[target])
            else:
                number[target] = low[target] = len(number)
                kept.append(target)
                stack.append((target, iter(ahead[target])))
    return groups
