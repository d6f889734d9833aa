"""What Argo cannot take, checked before anything is written."""

from typing import Final

from flowc.backends.argo.check_starts import check_starts
from flowc.backends.argo.check_text import check_parameters, check_pod_text, check_policies
from flowc.backends.argo.emit import workflow_templates
from flowc.backends.argo.lower import Flow, fused_steps, with_steps
from flowc.backends.argo.lower_regions import lower_regions, steps_in_loops
from flowc.backends.argo.model import Lowered
from flowc.backends.argo.names import object_name
from flowc.backends.argo.object_size import run_bytes
from flowc.backends.argo.options import ArgoOptions
from flowc.backends.argo.step_pods import step_pods
from flowc.backends.base import Unit
from flowc.backends.check_values import check_environment
from flowc.diagnostics import codes
from flowc.diagnostics.model import Report
from flowc.ir.graph import FlowGraph, NextForeach, NextSplit, NextSwitch
from flowc.ir.regions import RegionTree
from flowc.runtime_shim.contract import Plan

MAX_NAME: Final = 63
"""Characters of a WorkflowTemplate's name, which is a label of every pod: `workflow/validate`."""

MAX_CRON_NAME: Final = 52
"""Of a CronWorkflow's: its runs have 11 more."""


def check_limits(tree: RegionTree, plan: Plan, options: ArgoOptions, report: Report) -> None:
    """Report what the flow asks beyond the limits of Argo. Raises UsageError for settings that no @kubernetes could hold."""
    graph = tree.graph
    _check_names(graph, plan, report)
    for step in graph.steps:
        planned = plan["steps"][step.name]
        check_policies(step, planned, report)
        check_environment(step, planned, report)
    _check_arms(graph, options, report)
    check_parameters(graph, plan, options, report)
    check_starts(graph, plan, options, report)
    _check_version(graph, options, report)
    lowered = lower_regions(tree, options)
    _check_loops(tree, lowered, options, report)
    fused = fused_steps(tree, lowered)
    pods = step_pods(tree, options, fused, report)
    for name, pod in pods.items():
        check_pod_text(graph.by_name[name], pod, report)
    if lowered.levels > options.max_levels:
        report(
            codes.NESTING_TOO_DEEP,
            graph.by_name[lowered.deepest].span,
            levels=lowered.levels,
            target="argo",
            limit=options.max_levels,
            help="cut the flow in two, the second with @trigger_on_finish",
        )
    if not report.has_errors:
        unit = Unit(tree=tree, plan=plan, code="sha256:" + "0" * 64, source_digest="", options=options)
        _check_size(unit, with_steps(unit, lowered, fused, pods), report)


def _check_names(graph: FlowGraph, plan: Plan, report: Report) -> None:
    name = object_name(plan["flow"])
    limit = MAX_CRON_NAME if graph.decorator("schedule") is not None else MAX_NAME
    if len(name) > limit:
        what = f"flow name {name[:40]!r}…" + (" with a schedule" if limit == MAX_CRON_NAME else "")
        report(codes.NAME_TOO_LONG_FOR_TARGET, graph.span, what=what, length=len(name), limit=limit, target="argo")


def _check_arms(graph: FlowGraph, options: ArgoOptions, report: Report) -> None:
    for step in graph.steps:
        if isinstance(step.transition, NextSwitch) and len(step.targets) > options.max_tasks - 2:
            report(
                codes.TOO_MANY_ARMS,
                step.transition.span,
                step=step.name,
                count=len(step.targets),
                target="argo",
                limit=options.max_tasks - 2,
                help="let one switch choose a group, and one in each group its step",
            )


def _check_version(graph: FlowGraph, options: ArgoOptions, report: Report) -> None:
    if options.max_retry_minutes is not None and not options.at_least("3.7"):
        report(
            codes.SETTING_NEEDS_VERSION,
            graph.span,
            setting="argo.max_retry_minutes",
            target="argo",
            version=options.version,
            needed="3.7",
            help='set argo.version = "3.7" if all your clusters have that, or take the setting out',
        )


def _check_loops(tree: RegionTree, lowered: Lowered, options: ArgoOptions, report: Report) -> None:
    for loop in lowered.loops:
        report(
            codes.LOOP_TURNS,
            tree.graph.by_name[loop.first].span,
            step=loop.first,
            turns=loop.turns,
            target="argo",
            notes=["each level of turns nests templates, and Argo nests them 99 deep; the turn beyond ends the run in an error"],
            help='set argo.loop_turns to what the loop needs, or argo.loops = "fused", where one pod runs all turns without a limit',
        )
    for first in lowered.fused:
        step = tree.graph.by_name[first]
        beside = [name for name in steps_in_loops(tree)[first] if isinstance(tree.graph.by_name[name].transition, NextForeach | NextSplit)]
        notes = ["what stands side by side in it runs in turn"] if beside else []
        if options.loops != "fused":
            notes.insert(0, f"Argo nests templates 99 deep, which is not enough for {options.loop_turns} turns of each loop here")
        report(
            codes.LOOP_FUSED,
            step.span,
            step=first,
            target="argo",
            notes=notes,
            help="set argo.loop_turns to what the loops need, if they need less" if options.loops != "fused" else None,
        )


def _check_size(unit: Unit[ArgoOptions], flow: Flow, report: Report) -> None:
    size = run_bytes(workflow_templates(unit, flow), nodes=len(unit.tree.graph.steps) + len(flow.dags))
    if size > unit.options.max_object_bytes:
        report(
            codes.RUN_TOO_LARGE,
            unit.tree.graph.span,
            size=size,
            target="argo",
            limit=unit.options.max_object_bytes,
            notes=["a run keeps all templates and the state of all steps in one object of Kubernetes"],
            help="cut the flow in two, the second with @trigger_on_finish, or let steps do more",
        )
