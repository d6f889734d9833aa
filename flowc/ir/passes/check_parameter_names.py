"""Names of parameters and configs: options of the command line, whatever attribute they are bound to."""

from collections.abc import Sequence

from flowc.diagnostics import Label, Report, codes
from flowc.diagnostics.near_miss import listed
from flowc.ir.graph import Config, FlowGraph, Parameter
from flowc.ir.reserved import PARAMETER_NAMES


def check_parameter_names(graph: FlowGraph, report: Report) -> None:
    """Report names that cannot be an option, are reserved, differ in case only, and attributes that Metaflow would not see."""
    for parameter in graph.parameters:
        if parameter.name.lower() in PARAMETER_NAMES:
            names = listed(sorted(name for name in PARAMETER_NAMES if "_" not in name), most=99)
            report(codes.RESERVED_PARAMETER_NAME, parameter.span, name=parameter.name, help=f"reserved are {names}")
    for kind, declared in (("parameter", graph.parameters), ("config", graph.configs)):
        _check(kind, declared, report)


def _check(kind: str, declared: Sequence[Parameter | Config], report: Report) -> None:
    first: dict[str, Parameter | Config] = {}
    for member in declared:
        if member.attribute.startswith("_"):
            report(codes.PRIVATE_PARAMETER, member.span, kind=kind, name=member.name, help=f"bind it to {member.attribute.lstrip('_')}")
        if not _option(member.name).isidentifier():
            report(codes.INVALID_PARAMETER_NAME, member.span, kind=kind, name=member.name, help="use letters, digits, _ and -")
            continue
        other = first.setdefault(_option(member.name), member)
        if other is not member:
            report(
                codes.PARAMETER_CLASH,
                member.span,
                kind=kind,
                name=member.name,
                other=other.name,
                but="" if member.name == other.name else ", for options do not tell case, - and _ apart",
                labels=[Label(other.span, f"the other {kind}")],
                help="rename one of them",
            )


def _option(name: str) -> str:
    return name.replace("-", "_").lower()
