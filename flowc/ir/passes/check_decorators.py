"""Decorators of flowc and Metaflow: known ones, in their place, once."""

from flowc.diagnostics import Edit, Fix, Label, Report, codes
from flowc.diagnostics.near_miss import did_you_mean, listed
from flowc.ir.decorator_signatures import SIGNATURES, Level
from flowc.ir.graph import Decorator, FlowGraph
from flowc.ir.passes.decorated import decorated
from flowc.ir.values import Unknown
from flowc.source import Span

_MEANT: dict[Level, str] = {"step": "a step", "flow": "the flow class"}


def check_decorators(graph: FlowGraph, report: Report) -> None:
    """Report decorators that are unknown, stand on the wrong thing, or stand twice."""
    for on in decorated(graph):
        first: dict[str, Decorator] = {}
        for decorator in on.decorators:
            signature = SIGNATURES.get(decorator.name)
            if signature is None:
                _report_unknown(decorator, on.level, report)
                continue
            if signature.level != on.level:
                report(
                    codes.MISPLACED_DECORATOR,
                    decorator.span,
                    decorator=decorator.name,
                    meant=_MEANT[signature.level],
                    place=on.place,
                    help=f"move it onto {_MEANT[signature.level]}",
                )
            other = first.setdefault(decorator.name, decorator)
            if other is not decorator and not signature.repeatable:
                report(
                    codes.REPEATED_DECORATOR,
                    decorator.span,
                    decorator=decorator.name,
                    place=on.place,
                    labels=[Label(other.span, "the first time")],
                    help="keep one of them",
                    fix=_removal(decorator) if _says_the_same(decorator, other) else None,
                )


def _says_the_same(decorator: Decorator, other: Decorator) -> bool:
    """Whether two decorators are equal and nothing in them waits for a run, so that either can go."""
    return decorator == other and not any(isinstance(argument.value, Unknown) for argument in decorator.arguments)


def _removal(decorator: Decorator) -> Fix:
    lines = Span(decorator.span.file, decorator.span.line, 1, decorator.span.end_line + 1, 1)
    return Fix("remove this one", (Edit(lines, "", was=r"[ \t]*@[^#]*\n"),), safe=True)


def _report_unknown(decorator: Decorator, level: Level, report: Report) -> None:
    names = [signature.name for signature in SIGNATURES.values() if signature.level == level]
    report(
        codes.UNKNOWN_DECORATOR,
        decorator.span,
        decorator=decorator.name,
        help=did_you_mean(decorator.name, names) or f"decorators of {_MEANT[level]} are {listed(names, most=99)}",
    )
