"""`merge_artifacts` is for joins: it needs their inputs."""

from flowc.diagnostics import Report, codes
from flowc.ir.graph import FlowGraph, Step, Use


def check_merges(graph: FlowGraph, report: Report) -> None:
    """Report `self.merge_artifacts` in the very body of a step without inputs; methods that it calls, and what it tries, are left alone."""
    for step in graph.steps:
        if step.inputs:
            continue
        for use in step.uses:
            if use.name == "merge_artifacts" and use.kind == "read" and not use.guarded and _inside(step, use):
                report(
                    codes.MERGE_OUTSIDE_JOIN,
                    use.span,
                    step=step.name,
                    help="a join takes `inputs` behind `self` and is where branches end",
                )


def _inside(step: Step, use: Use) -> bool:
    body, span = step.body_span, use.span
    inside = (body.line, body.column) <= (span.line, span.column) <= (body.end_line, body.end_column)
    return body.file == span.file and inside
