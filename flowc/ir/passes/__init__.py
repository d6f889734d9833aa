"""Checks over the flow graph, one verb per file; their order is the tuple below."""

from collections.abc import Callable
from typing import Final

from flowc.diagnostics import Report
from flowc.ir.graph import FlowGraph

CHECKS: Final[tuple[Callable[[FlowGraph, Report], None], ...]] = ()


def check_graph(graph: FlowGraph, report: Report) -> None:
    """Run every check; all findings go to `report`, and none stops the others."""
    for check in CHECKS:
        check(graph, report)
