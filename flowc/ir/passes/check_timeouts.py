"""A timeout lasts some time."""

from flowc.diagnostics import Report, codes
from flowc.ir.argument_kinds import number
from flowc.ir.decorator_signatures import values_of
from flowc.ir.graph import FlowGraph
from flowc.ir.passes.decorated import each_decorator
from flowc.ir.values import Unknown

_PARTS = ("seconds", "minutes", "hours")


def check_timeouts(graph: FlowGraph, report: Report) -> None:
    """Report every @timeout whose seconds, minutes and hours are all known and zero; one with other arguments has its own finding."""
    for decorator in each_decorator(graph, "timeout"):
        if any(argument.name not in _PARTS for argument in decorator.arguments):
            continue
        values = values_of(decorator)
        parts = [values[name] for name in _PARTS]
        if not any(isinstance(part, Unknown) for part in parts) and all(number(part) == 0 for part in parts):
            report(codes.ZERO_TIMEOUT, decorator.span, help="give it seconds, minutes or hours")
