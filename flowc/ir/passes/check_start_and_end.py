"""One start, one end: each marked or called so, neither taking inputs, nothing behind the end."""

from flowc.diagnostics import Label, Report, codes
from flowc.ir.graph import FlowGraph, Step


def check_start_and_end(graph: FlowGraph, report: Report) -> None:
    """Report a start or end step that is missing, doubled, takes inputs, or an end that goes on."""
    _check_start(graph, report)
    _check_end(graph, report)


def _check_start(graph: FlowGraph, report: Report) -> None:
    starts = [step for step in graph.steps if step.starts]
    first = graph.by_name.get(graph.start) if graph.start else None
    if first is None:
        report(codes.NO_START_STEP, graph.span, flow=graph.name, help='name a step "start", or mark one with @step(start=True)')
        return
    for second in _others(graph, starts, first, "start"):
        report(
            codes.SEVERAL_START_STEPS,
            second.span,
            flow=graph.name,
            step=second.name,
            labels=[Label(first.span, "the start step")],
            help="keep one start step",
        )
    if first.inputs:
        report(
            codes.START_TAKES_INPUTS,
            first.span,
            step=first.name,
            help="take out the argument `inputs`: nothing comes before the start step that it could join",
        )


def _check_end(graph: FlowGraph, report: Report) -> None:
    ends = [step for step in graph.steps if step.ends]
    last = graph.by_name.get(graph.end) if graph.end else None
    if last is None or _only_goes_on(graph, last):
        report(codes.NO_END_STEP, graph.span, flow=graph.name, help='name a step "end", or mark one with @step(end=True)')
        return
    for second in _others(graph, ends, last, "end"):
        report(
            codes.SEVERAL_END_STEPS,
            second.span,
            flow=graph.name,
            step=second.name,
            labels=[Label(last.span, "the end step")],
            help="keep one end step",
        )
    if last.inputs:
        report(
            codes.END_TAKES_INPUTS,
            last.span,
            step=last.name,
            help=f'join in a step of its own, and let that go on to "{last.name}"',
        )
    if last.transition is not None:
        report(
            codes.END_GOES_ON,
            last.transition.span,
            step=last.name,
            target=last.targets[0] if last.targets else "",
            labels=[Label(last.span, "the end step")],
            help="take out self.next",
        )


def _only_goes_on(graph: FlowGraph, last: Step) -> bool:
    """Whether `last` counts as the end only because it is the only step, and yet goes on."""
    return len(graph.steps) == 1 and last.transition is not None and not last.ends and last.name != "end"


def _others(graph: FlowGraph, marked: list[Step], chosen: Step, name: str) -> list[Step]:
    """The further steps that are marked, and the one called `name` where another is marked."""
    named = [step for step in graph.steps if step.name == name and step.name != chosen.name and marked and not (step.starts or step.ends)]
    return [step for step in marked if step.name != chosen.name] + named
