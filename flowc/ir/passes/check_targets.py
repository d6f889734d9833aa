"""Every transition leads to a step of the flow, and a split to different ones."""

from collections.abc import Iterator

from flowc.diagnostics import Label, Report, codes
from flowc.diagnostics.near_miss import did_you_mean, listed, near_miss, rename
from flowc.ir.graph import Edge, FlowGraph, NextSplit, Step
from flowc.source import Span


def check_targets(graph: FlowGraph, report: Report) -> None:
    """Report targets that are no step, with the near miss, and a branch that stands twice in a split."""
    others = dict(_other_members(graph))
    for step in graph.steps:
        for edge in step.edges:
            if edge.target not in graph.by_name:
                _report_target(graph, step, edge, others, report)
        if isinstance(step.transition, NextSplit):
            _check_repeats(step, step.transition, report)


def _report_target(graph: FlowGraph, step: Step, edge: Edge, others: dict[str, tuple[str, Span]], report: Report) -> None:
    if edge.target in others:
        kind, span = others[edge.target]
        report(
            codes.TARGET_IS_NO_STEP,
            edge.span,
            step=step.name,
            target=edge.target,
            kind=kind,
            labels=[Label(span, f"the {kind}")],
            help="decorate it with @step" if kind == "method" else f"steps are {listed(graph.by_name)}",
        )
        return
    meant = near_miss(edge.target, graph.by_name)
    report(
        codes.UNKNOWN_TARGET,
        edge.span,
        step=step.name,
        target=edge.target,
        help=did_you_mean(edge.target, graph.by_name) or f"steps are {listed(graph.by_name)}",
        fix=rename(edge.span, edge.target, meant, safe=False) if meant else None,
    )


def _check_repeats(step: Step, split: NextSplit, report: Report) -> None:
    first: dict[str, Edge] = {}
    for edge in split.edges:
        other = first.setdefault(edge.target, edge)
        if other is not edge:
            report(
                codes.REPEATED_TARGET,
                edge.span,
                step=step.name,
                target=edge.target,
                labels=[Label(other.span, "the first time")],
                help="to run one step several times, use foreach",
            )


def _other_members(graph: FlowGraph) -> Iterator[tuple[str, tuple[str, Span]]]:
    for constant in graph.constants:
        yield constant.name, ("constant", constant.span)
    for config in graph.configs:
        yield config.attribute, ("config", config.span)
    for parameter in graph.parameters:
        yield parameter.attribute, ("parameter", parameter.span)
    for method in graph.methods:
        yield method.name, ("method", method.span)
