"""Members of one class share one namespace: a name that means two things loses one of them."""

from collections.abc import Iterator
from dataclasses import dataclass

from flowc.diagnostics import Label, Report, codes
from flowc.ir.graph import FlowGraph
from flowc.ir.reserved import ATTRIBUTES, MEMBERS
from flowc.source import Span


@dataclass(frozen=True, slots=True)
class _Member:
    kind: str
    name: str
    span: Span


def check_member_names(graph: FlowGraph, report: Report) -> None:
    """Report members of the flow that share a name, and those that hide a member of every flow."""
    first: dict[str, _Member] = {}
    for member in sorted(_members(graph), key=lambda member: member.span):
        other = first.setdefault(member.name, member)
        if other.span != member.span:
            report(
                codes.MEMBER_CLASH,
                member.span,
                kind=member.kind,
                name=member.name,
                other=other.kind,
                labels=[Label(other.span, f"the {other.kind}")],
                help="only the later one would be left: rename one of them",
            )
        if member.kind != "step" and member.name in (MEMBERS if member.kind in ("parameter", "config") else ATTRIBUTES):
            report(codes.HIDDEN_MEMBER, member.span, kind=member.kind, name=member.name, help="choose another name for the attribute")


def _members(graph: FlowGraph) -> Iterator[_Member]:
    for step in graph.steps:
        yield _Member("step", step.name, step.span)
    for parameter in graph.parameters:
        yield _Member("parameter", parameter.attribute, parameter.span)
    for config in graph.configs:
        yield _Member("config", config.attribute, config.span)
    for constant in graph.constants:
        yield _Member("constant", constant.name, constant.span)
    for method in graph.methods:
        yield _Member("method", method.name, method.span)
    for shadowed in graph.shadowed:
        yield _Member(shadowed.kind, shadowed.name, shadowed.span)
