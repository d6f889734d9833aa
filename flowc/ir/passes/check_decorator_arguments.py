"""Arguments of decorators, by the table of signatures: known, by name, once, all there, of the right kind and in range."""

from flowc.diagnostics import Label, Report, codes
from flowc.diagnostics.near_miss import listed, near_miss, rename
from flowc.ir.argument_kinds import ArgumentSpec
from flowc.ir.decorator_signatures import SIGNATURES, DecoratorSignature
from flowc.ir.graph import Argument, Decorator, FlowGraph
from flowc.ir.passes.decorated import decorated
from flowc.ir.value_words import kind_of, spelt
from flowc.ir.values import Unknown


def check_decorator_arguments(graph: FlowGraph, report: Report) -> None:
    """Report arguments that the decorator's signature does not allow."""
    for on in decorated(graph):
        for decorator in on.decorators:
            signature = SIGNATURES.get(decorator.name)
            if signature is not None:
                _check(decorator, signature, report)


def _check(decorator: Decorator, signature: DecoratorSignature, report: Report) -> None:
    first: dict[str, Argument] = {}
    for position, argument in enumerate(decorator.arguments):
        if argument.name is None and isinstance(argument.value, Unknown):
            continue  # perhaps `**config`, whose names are known when the flow runs
        if argument.name is None:
            _report_positional(decorator, signature, argument, position, report)
            continue
        spec = signature.argument(argument.name)
        if spec is None:
            _report_unknown(decorator, signature, argument, argument.name, report)
            continue
        other = first.setdefault(argument.name, argument)
        if other is not argument:
            report(
                codes.REPEATED_DECORATOR_ARGUMENT,
                argument.span,
                decorator=decorator.name,
                argument=argument.name,
                labels=[Label(other.span, "the first time")],
                help="keep one of them",
            )
        _check_value(decorator, spec, argument, report)
    complete = any(argument.name is None for argument in decorator.arguments)
    for spec in signature.arguments:
        if spec.required and spec.name not in first and not complete:
            report(
                codes.MISSING_ARGUMENT,
                decorator.span,
                decorator=decorator.name,
                argument=spec.name,
                help=f"write @{decorator.name}({spec.name}=…)",
            )


def _report_positional(decorator: Decorator, signature: DecoratorSignature, argument: Argument, position: int, report: Report) -> None:
    names = [spec.name for spec in signature.arguments]
    meant = names[position] if position < len(names) else None
    report(
        codes.POSITIONAL_ARGUMENT,
        argument.span,
        decorator=decorator.name,
        help=f"write {meant}=…" if meant else f"@{decorator.name} takes {listed(names) or 'no arguments'}",
    )


def _report_unknown(decorator: Decorator, signature: DecoratorSignature, argument: Argument, name: str, report: Report) -> None:
    names = [spec.name for spec in signature.arguments]
    close = near_miss(name, names)
    meant = close or _by_word(name, names)
    free = meant is not None and decorator.argument(meant) is None
    takes = f"it takes {listed(names, most=99)}" if names else "it takes no arguments"
    report(
        codes.UNKNOWN_ARGUMENT,
        argument.span,
        decorator=decorator.name,
        argument=name,
        help=f"did you mean `{meant}`?" if meant else takes,
        fix=rename(argument.span, name, meant, safe=close is not None) if meant and free else None,
    )


def _by_word(written: str, names: list[str]) -> str | None:
    """Return the only name that holds a word of `written`, such as `minutes_between_retries` for `minutes`."""
    words = {word.rstrip("s") for word in written.lower().split("_")}
    sharing = [name for name in names if words & {word.rstrip("s") for word in name.split("_")}]
    return sharing[0] if len(sharing) == 1 else None


def _check_value(decorator: Decorator, spec: ArgumentSpec, argument: Argument, report: Report) -> None:
    if not spec.accepts(argument.value):
        report(
            codes.WRONG_ARGUMENT_TYPE,
            argument.span,
            decorator=decorator.name,
            argument=spec.name,
            found=kind_of(argument.value) if not isinstance(argument.value, str) else f"the string {spelt(argument.value)}",
            wanted=spec.wanted,
            help=f"make {spec.name} {spec.wanted}",
        )
        return
    bound = spec.bound_broken(argument.value)
    if bound:
        report(
            codes.ARGUMENT_OUT_OF_RANGE,
            argument.span,
            decorator=decorator.name,
            argument=spec.name,
            found=spelt(argument.value),
            bound=bound,
            help=_range(spec),
        )


def _range(spec: ArgumentSpec) -> str:
    if spec.name == "times":
        return "Metaflow makes six attempts at most: the first, four retries and one for @catch"
    return f"leave {spec.name} out" if spec.default is None else f"leave {spec.name} out for its default, {spelt(spec.default)}"
