"""What a step writes: artifacts of its own, not what is read-only and not what belongs to the flow object."""

from collections.abc import Iterator, Mapping

from flowc.diagnostics import Label, Report, codes
from flowc.ir.graph import ArtifactName, FlowGraph, Use
from flowc.ir.reserved import ATTRIBUTES
from flowc.source import Span

_VERBS = {"write": "assigned", "delete": "deleted", "read": "read"}


def check_read_only(graph: FlowGraph, report: Report) -> None:
    """Report assignments to parameters, configs, constants and members of every flow, and artifacts that hide a step or method."""
    read_only = dict(_read_only(graph))
    steps = {str(step.name): step.span for step in graph.steps}
    methods = {method.name: method.span for method in graph.methods}
    for use in _changes(graph):
        verb = _VERBS[use.kind]
        if use.name in steps:
            report(
                codes.ARTIFACT_HIDES_STEP,
                use.span,
                name=use.name,
                labels=[Label(steps[use.name], "the step")],
                help="the next step would find the method, not the artifact: rename one of them",
            )
        elif use.name in read_only:
            kind, span = read_only[use.name]
            report(
                codes.READ_ONLY_CHANGED,
                use.span,
                kind=kind,
                name=use.name,
                verb=verb,
                labels=[Label(span, f"the {kind}")],
                help="keep the changed value in an artifact of another name",
            )
        elif use.name in ATTRIBUTES:
            report(codes.RESERVED_ATTRIBUTE, use.span, name=use.name, verb=verb, help="choose another name for the artifact")
        elif use.name in methods and use.kind == "write":
            _report_method(use, methods, report)


def _report_method(use: Use, methods: Mapping[str, Span], report: Report) -> None:
    report(
        codes.ARTIFACT_HIDES_METHOD,
        use.span,
        name=use.name,
        labels=[Label(methods[use.name], "the method")],
        help="the next step would find the method, not the artifact: rename one of them",
    )


def _changes(graph: FlowGraph) -> Iterator[Use]:
    for step in graph.steps:
        yield from (use for use in step.uses if use.kind != "read" and not use.guarded)
        catch = step.decorator("catch")
        variable = catch.argument("var") if catch else None
        if variable is not None and isinstance(variable.value, str):
            yield Use(name=ArtifactName(variable.value), kind="write", span=variable.span)


def _read_only(graph: FlowGraph) -> Iterator[tuple[str, tuple[str, Span]]]:
    """Yield what cannot be assigned. Class attributes that begin with an underscore can: Metaflow leaves them alone."""
    for constant in graph.constants:
        if not constant.name.startswith("_"):
            yield constant.name, ("constant", constant.span)
    for config in graph.configs:
        yield config.attribute, ("config", config.span)
    for parameter in graph.parameters:
        yield parameter.attribute, ("parameter", parameter.span)
