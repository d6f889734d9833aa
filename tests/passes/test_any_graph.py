"""Any graph at all gets a tree or a refusal; without splits, which of the two is checked against the textbook definitions."""

from hypothesis import given, settings
from support.any_graphs import any_graphs

from flowc.diagnostics import Report
from flowc.ir.graph import FlowGraph, StepName
from flowc.ir.structure_regions import structure_regions


@settings(max_examples=200, deadline=None)
@given(any_graphs())
def test_a_tree_or_a_refusal(graph: FlowGraph) -> None:
    report = Report()
    tree = structure_regions(graph, report)
    assert (tree is None) == report.has_errors


@settings(max_examples=200, deadline=None)
@given(any_graphs(">|", joins=False))
def test_plain_graphs_against_the_definitions(graph: FlowGraph) -> None:
    tree = structure_regions(graph, Report())
    ahead = {step.name: set(step.targets) for step in graph.steps}
    assert graph.start is not None
    reached = _closure(ahead, graph.start)
    whole = reached == set(ahead) and all("end" in _closure(ahead, name) for name in ahead)
    assert (tree is not None) == (whole and _is_reducible(ahead, graph.start))


def _closure(ahead: dict[StepName, set[StepName]], start: StepName, without: StepName | None = None) -> set[StepName]:
    seen = {start} - {without}
    pending = list(seen)
    while pending:
        found = ahead[pending.pop()] - seen - {without}
        seen |= found
        pending += found
    return seen


def _is_reducible(ahead: dict[StepName, set[StepName]], start: StepName) -> bool:
    """Whether no cycle is left once every edge to a dominator of its source is gone (Hecht and Ullman, 1974)."""
    dominated = {name: set(ahead) - _closure(ahead, start, without=name) for name in ahead}
    forward = {name: {target for target in targets if name not in dominated[target]} for name, targets in ahead.items()}
    return all(name not in _closure(forward, target) for name in forward for target in forward[name])
