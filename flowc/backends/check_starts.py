"""What every target asks of `@schedule`, `@trigger` and `@trigger_on_finish`: values known when it compiles, parameters that have one."""

from collections.abc import Container
from typing import Final

from flowc.diagnostics import codes
from flowc.diagnostics.model import Report
from flowc.ir.graph import Decorator, FlowGraph
from flowc.ir.values import first_unknown
from flowc.runtime_shim.contract import Plan

STARTERS: Final = ("schedule", "trigger", "trigger_on_finish")


def starters(graph: FlowGraph) -> tuple[Decorator, ...]:
    """Return the decorators that make a flow start by itself, in order."""
    return tuple(decorator for decorator in graph.decorators if decorator.origin == "flowc" and decorator.name in STARTERS)


def check_known(decorator: Decorator, target: str, report: Report, *, unread: Container[str] = ()) -> bool:
    """Report arguments that only a run knows, but for those that the target does not read; return whether there are none."""
    known = True
    for argument in decorator.arguments:
        unknown = None if argument.name in unread else first_unknown(argument.value)
        if unknown is not None:
            known = False
            report(
                codes.VALUE_UNKNOWN_TO_TARGET,
                argument.span,
                what=f'argument "{argument.name}" of @{decorator.name}',
                target=target,
                notes=[f"it is unknown because {unknown.why}"],
                help="write a literal, a module constant or a class constant",
            )
    return known


def check_required(
    graph: FlowGraph, plan: Plan, decorator: Decorator, report: Report, *, outcome: str, filled: Container[str] = ()
) -> None:
    """Report parameters that nobody could give a run that starts by itself: required, without a default, not filled by an event.

    outcome: what the target makes of such a run.
    """
    for parameter in plan["parameters"]:
        if parameter["required"] and "default" not in parameter and parameter["name"] not in filled:
            report(
                codes.REQUIRED_PARAMETER_UNGIVEN,
                next(found.span for found in graph.parameters if found.name == parameter["name"]),
                name=parameter["name"],
                decorator=decorator.name,
                notes=[outcome],
                help=f"give the parameter a default, or take @{decorator.name} off",
            )
