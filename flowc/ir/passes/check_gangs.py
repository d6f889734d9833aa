"""A gang and its @parallel step belong together: neither comes alone."""

from flowc.diagnostics import Label, Report, codes
from flowc.ir.decorator_signatures import SIGNATURES
from flowc.ir.graph import FlowGraph, NextGang, Step


def check_gangs(graph: FlowGraph, report: Report) -> None:
    """Report `num_parallel` onto a step without @parallel, and a @parallel step that is reached in another way."""
    for step in graph.steps:
        gang = isinstance(step.transition, NextGang)
        for edge in step.edges:
            target = graph.by_name.get(edge.target)
            if target is None:
                continue
            parallel = target.decorator("parallel")
            if gang and parallel is None and not target.inputs and not _extended(target):
                report(
                    codes.GANG_WITHOUT_PARALLEL,
                    edge.span,
                    step=target.name,
                    labels=[Label(target.span, "the step")],
                    help=f'decorate "{target.name}" with @parallel',
                )
            if parallel is not None and not gang:
                report(
                    codes.PARALLEL_WITHOUT_GANG,
                    edge.span,
                    step=target.name,
                    opener=step.name,
                    labels=[Label(parallel.span, "asks for a gang")],
                    help=f"self.next(self.{target.name}, num_parallel=…)",
                )


def _extended(step: Step) -> bool:
    """Whether an unknown decorator, which has a finding of its own, may stand for @parallel, as @torchrun does."""
    return any(decorator.origin == "flowc" and decorator.name not in SIGNATURES for decorator in step.decorators)
