"""`structure_regions`: the flat graph becomes a tree of regions, or a refusal that shows the two paths that clash.

Scopes first, then loops inside each scope, then levels, innermost first, then blocks; near-linear, no recursion. All refusals
are reported at once. What other checks report (an unknown target, a transition that could not be read, no start or end) is
not reported again: the answer is None.
"""

from flowc.diagnostics import Report
from flowc.ir.graph import FlowGraph, NextSplit, StepName
from flowc.ir.regions import RegionTree
from flowc.ir.structure.blocks import build_blocks
from flowc.ir.structure.levels import find_levels
from flowc.ir.structure.loops import find_loops
from flowc.ir.structure.places import place_loops, place_steps
from flowc.ir.structure.reach import find_reach
from flowc.ir.structure.refuse_cycles import refuse_entries, refuse_reach
from flowc.ir.structure.refuse_scopes import refuse_gangs, refuse_scopes
from flowc.ir.structure.scopes import find_scopes
from flowc.ir.verify import verify


def structure_regions(graph: FlowGraph, report: Report) -> RegionTree | None:
    """Return the region tree of `graph`, or None where it has none; why is in `report`, unless an earlier check said so."""
    ends = _ends(graph)
    if ends is None:
        return None
    start, end = ends
    scopes = find_scopes(graph, start, end)
    loops = find_loops(scopes)
    refused = [
        refuse_scopes(scopes, report),
        refuse_gangs(scopes, report),
        refuse_entries(graph, loops.entries, report),
        refuse_reach(scopes, find_reach(graph, start, end), start, end, report),
    ]
    if any(refused):
        return None
    levels = find_levels(scopes, loops)
    tree = RegionTree(
        graph=graph,
        body=build_blocks(scopes, levels),
        places=place_steps(scopes, loops, levels),
        loops=place_loops(scopes, loops, levels),
    )
    verify(tree)
    return tree


def _ends(graph: FlowGraph) -> tuple[StepName, StepName] | None:
    """Return start and end of a graph read as a whole: one start without inputs, edges to steps only, one way on from all but the end."""
    start, end = graph.start, graph.end
    if start is None or end is None or len(graph.by_name) != len(graph.steps):
        return None
    if graph.by_name[start].inputs or sum(step.starts for step in graph.steps) > 1:
        return None
    for step in graph.steps:
        if (step.transition is None) != (step.name == end) or step.further:
            return None
        if any(target not in graph.by_name for target in step.targets):
            return None
        if isinstance(step.transition, NextSplit) and not 2 <= len(step.transition.edges) == len(step.targets):
            return None
    return start, end
