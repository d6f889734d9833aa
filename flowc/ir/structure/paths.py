"""Paths as a refusal shows them: two ways through the flow, from the step where they part."""

from collections.abc import Sequence
from itertools import takewhile

from flowc.ir.graph import Edge, FlowGraph, StepName
from flowc.ir.structure.scopes import Scopes

Path = tuple[StepName, ...]

_SHOWN = 12


def show_path(path: Sequence[StepName]) -> str:
    """Return `a -> b -> c`; of a long path only the two ends."""
    names: Sequence[str] = path
    if len(path) > _SHOWN:
        half = _SHOWN // 2
        names = (*path[:half], f"… {len(path) - 2 * half} more …", *path[-half:])
    return " -> ".join(names)


def show_apart(one: Path, two: Path) -> list[str]:
    """Return notes on two paths, each from the last step that they share before they part."""
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one[:-1], two[:-1], strict=False)))
    begin = max(shared - 1, 0)
    return [f"one path: {show_path(one[begin:])}", f"other path: {show_path(two[begin:])}"]


def path_to(scopes: Scopes, target: StepName) -> Path:
    """Return the way from the start by which the walk over the scopes came to `target`."""
    path = [target]
    came = scopes.came_from[target]
    while came is not None:
        path.append(came)
        came = scopes.came_from[came]
    return tuple(reversed(path))


def path_through(scopes: Scopes, source: StepName, target: StepName) -> Path:
    """Return the way to `source` and on to `target`."""
    return (*path_to(scopes, source), target)


def edge_between(graph: FlowGraph, source: StepName, target: StepName) -> Edge:
    """Return the first edge from `source` to `target`."""
    return next(edge for edge in graph.by_name[source].edges if edge.target == target)
