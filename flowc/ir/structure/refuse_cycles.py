"""Refusals of cycles without one entry or without a way out, and of steps that nothing leads to."""

from collections.abc import Sequence

from flowc.diagnostics import Label, Report, codes
from flowc.ir.graph import FlowGraph, StepName
from flowc.ir.structure.loops import SecondEntry
from flowc.ir.structure.paths import edge_between, path_to, show_apart, show_path
from flowc.ir.structure.reach import Reach, cycle_in
from flowc.ir.structure.scopes import Scopes


def refuse_entries(graph: FlowGraph, entries: Sequence[SecondEntry], report: Report) -> bool:
    """Report cycles that can be entered at two steps, each cycle once; return whether there was any."""
    for entry in {found.first: found for found in reversed(entries)}.values():
        report(
            codes.TWO_ENTRIES,
            edge_between(graph, entry.source, entry.target).span,
            cycle=show_path(entry.cycle),
            first=entry.first,
            second=entry.target,
            label=f'enters the cycle at "{entry.target}"',
            labels=[Label(graph.by_name[entry.first].span, f'"{entry.first}" is where another path enters it')],
            notes=show_apart(entry.path_to_first, entry.path_to_target),
            help=f'lead every path into the cycle through one step, "{entry.first}" or "{entry.target}"',
        )
    return bool(entries)


def refuse_reach(scopes: Scopes, reach: Reach, start: StepName, end: StepName, report: Report) -> bool:
    """Report cycles that nothing leaves, and, unless such a cycle is to blame, steps that nothing leads to.

    Returns whether there was any; a cycle along an edge that was refused already counts, without a report.
    """
    graph = scopes.graph
    refused = {(conflict.source, conflict.target) for conflict in scopes.conflicts}
    for group in reach.closed:
        if any((name, target) in refused for name in group for target in graph.by_name[name].targets):
            continue
        cycle = cycle_in(graph, group)
        known = cycle[0] in scopes.came_from
        report(
            codes.ENDLESS,
            edge_between(graph, cycle[-2], cycle[-1]).span,
            cycle=show_path(cycle),
            label="goes round again, and nothing leaves the cycle",
            labels=[Label(graph.by_name[end].span, "the flow must be able to come here from every step")],
            notes=[
                *([f"the way in: {show_path(path_to(scopes, cycle[0]))}"] if known else []),
                f"and then for ever: {show_path(cycle)}",
            ],
            help='let a switch in the cycle decide when to leave it: self.next({...}, condition="...")',
        )
    if not reach.closed:
        for name in _heads(graph, reach.unreachable):
            report(
                codes.UNREACHABLE,
                graph.by_name[name].span,
                step=name,
                start=start,
                labels=[Label(graph.by_name[start].span, "the flow starts here")],
                notes=_ways(graph, start, end, name),
                help="lead to it from another step, or remove it",
            )
    return bool(reach.closed or reach.unreachable)


def _heads(graph: FlowGraph, lost: Sequence[StepName]) -> list[StepName]:
    """The lost steps that no other lost step leads to, and one step of each lost cycle."""
    members = set(lost)
    led_to = {target for name in lost for target in graph.by_name[name].targets if target != name}
    heads = [name for name in lost if name not in led_to]
    below: set[StepName] = set()
    for name in (*heads, *lost):
        if name in below:
            continue
        if name in led_to:
            heads.append(name)
        pending = [name]
        while pending:
            here = pending.pop()
            if here in members and here not in below:
                below.add(here)
                pending.extend(graph.by_name[here].targets)
    return heads


def _ways(graph: FlowGraph, start: StepName, end: StepName, lost: StepName) -> list[str]:
    notes = [f"one path: {show_path(_forward(graph, start, end))}"]
    return [*notes, f"other path, from nowhere: {show_path(_forward(graph, lost, end))}"]


def _forward(graph: FlowGraph, start: StepName, end: StepName) -> tuple[StepName, ...]:
    """A shortest path to `end`, or as far as the first step where there is none."""
    came: dict[StepName, StepName] = {start: start}
    pending = [start]
    for here in pending:
        for target in graph.by_name[here].targets:
            if target not in came:
                came[target] = here
                pending.append(target)
    if end not in came:
        return (start,)
    path = [end]
    while path[-1] != start:
        path.append(came[path[-1]])
    return tuple(reversed(path))
