"""Reads of artifacts that are not there: on no way, or not on every way to the step that reads. One finding per artifact and cause."""

from collections.abc import Callable
from typing import Final

from flowc.diagnostics import Report
from flowc.ir.artifact_flow import ArtifactFlow, Fault, is_foreign, trace_artifacts
from flowc.ir.graph import FlowGraph, StepName
from flowc.ir.passes.check_branch_reads import check_branch_reads
from flowc.ir.passes.check_control_artifacts import check_control_artifacts
from flowc.ir.passes.check_items import check_items
from flowc.ir.passes.check_merge_conflicts import check_merge_conflicts
from flowc.ir.passes.check_unread import check_unread
from flowc.ir.passes.missing_artifacts import cause_of, report_missing
from flowc.ir.regions import RegionTree

_CHECKS: Final[tuple[Callable[[ArtifactFlow, Report], None], ...]] = (check_branch_reads, check_merge_conflicts, check_items, check_unread)


def check_artifacts(graph: FlowGraph, tree: RegionTree | None, report: Report) -> None:
    """Report what is wrong with artifacts; of a flow without a region tree only what a transition needs and no step assigns.

    Silent where code that flowc does not read may assign artifacts.
    """
    if graph.untold or any(map(is_foreign, graph.decorators)):
        return
    if tree is None:
        check_control_artifacts(graph, report)
        return
    flow = trace_artifacts(tree)
    _report_faults(flow, report)
    for check in _CHECKS:
        check(flow, report)


def _report_faults(flow: ArtifactFlow, report: Report) -> None:
    first: dict[tuple[str, str, StepName | None], Fault] = {}
    for fault in flow.faults:
        if fault.name.startswith("_") and fault.name not in flow.writers:
            continue  # perhaps an attribute that Metaflow keeps for itself
        key = (fault.name, *cause_of(flow, fault))
        if key not in first or (fault.sure and not first[key].sure):
            first[key] = fault
    for (_, kind, place), fault in first.items():
        report_missing(flow, fault, kind, place, report)
