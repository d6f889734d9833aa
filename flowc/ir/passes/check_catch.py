"""@catch has no meaning on a step that decides how the flow goes on, nor on a member of a gang (Metaflow refuses the same)."""

from flowc.diagnostics import Label, Report, codes
from flowc.ir.graph import FlowGraph, NextForeach, NextGang, NextSwitch, Step


def check_catch(graph: FlowGraph, report: Report) -> None:
    """Report every @catch on an opener of a foreach, gang or switch, and on a @parallel step."""
    for step in graph.steps:
        catch = step.decorator("catch")
        why = _why_not(step)
        if catch is None or why is None:
            continue
        labels = [Label(step.transition.span, "decided here")] if step.transition and step.decorator("parallel") is None else []
        report(
            codes.CATCH_ON_OPENER,
            catch.span,
            step=step.name,
            why=why,
            labels=labels,
            help="a caught step leaves nothing to go on with: do the risky work in a step before or behind it",
        )


def _why_not(step: Step) -> str | None:
    if step.decorator("parallel") is not None:
        return "is a member of a gang"
    match step.transition:
        case NextForeach():
            return "opens a foreach"
        case NextGang():
            return "opens a gang"
        case NextSwitch():
            return "opens a switch"
        case _:
            return None
