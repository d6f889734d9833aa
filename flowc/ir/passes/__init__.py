"""Checks over the flow graph, one verb per file; their order is the tuple below. What needs the region tree is in `check_artifacts`.

What has no region tree is reported by `structure_regions`, the shape of a single `self.next` by the frontend.
"""

from collections.abc import Callable
from typing import Final

from flowc.diagnostics import Report
from flowc.ir.graph import FlowGraph
from flowc.ir.passes.check_catch import check_catch
from flowc.ir.passes.check_decorator_arguments import check_decorator_arguments
from flowc.ir.passes.check_decorator_names import check_decorator_names
from flowc.ir.passes.check_decorators import check_decorators
from flowc.ir.passes.check_environments import check_environments
from flowc.ir.passes.check_gangs import check_gangs
from flowc.ir.passes.check_member_names import check_member_names
from flowc.ir.passes.check_merges import check_merges
from flowc.ir.passes.check_parameter_names import check_parameter_names
from flowc.ir.passes.check_parameter_values import check_parameter_values
from flowc.ir.passes.check_read_only import check_read_only
from flowc.ir.passes.check_schedule import check_schedule
from flowc.ir.passes.check_start_and_end import check_start_and_end
from flowc.ir.passes.check_step_names import check_step_names
from flowc.ir.passes.check_targets import check_targets
from flowc.ir.passes.check_timeouts import check_timeouts
from flowc.ir.passes.check_triggers import check_triggers

CHECKS: Final[tuple[Callable[[FlowGraph, Report], None], ...]] = (
    check_start_and_end,
    check_step_names,
    check_member_names,
    check_parameter_names,
    check_parameter_values,
    check_targets,
    check_gangs,
    check_decorators,
    check_decorator_arguments,
    check_decorator_names,
    check_timeouts,
    check_schedule,
    check_triggers,
    check_catch,
    check_environments,
    check_read_only,
    check_merges,
)


def check_graph(graph: FlowGraph, report: Report) -> None:
    """Run every check; all findings go to `report`, and none stops the others."""
    for check in CHECKS:
        check(graph, report)
