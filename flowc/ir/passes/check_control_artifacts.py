"""The artifact that a foreach goes over, or that a switch decides by, is assigned somewhere: for flows without a region tree."""

from flowc.diagnostics import Report, codes
from flowc.diagnostics.near_miss import did_you_mean
from flowc.ir.artifact_flow import is_foreign
from flowc.ir.graph import FlowGraph, NextForeach, NextSwitch


def check_control_artifacts(graph: FlowGraph, report: Report) -> None:
    """Report such artifacts that no step assigns; silent where something may assign in a way that cannot be read."""
    decorators = [*graph.decorators, *(decorator for step in graph.steps for decorator in step.decorators)]
    if any(map(is_foreign, decorators)) or any(step.opaque_uses for step in graph.steps):
        return
    known = _known(graph)
    for step in graph.steps:
        match step.transition:
            case NextForeach(over=name, over_span=span) if name not in known:
                code = codes.UNASSIGNED_FOREACH
            case NextSwitch(condition=name, condition_span=span) if name not in known:
                code = codes.UNASSIGNED_CONDITION
            case _:
                continue
        report(code, span, name=name, help=did_you_mean(name, sorted(known)) or f"assign self.{name} in this step or before it")


def _known(graph: FlowGraph) -> set[str]:
    names: set[str] = {use.name for step in graph.steps for use in step.uses if use.kind == "write"}
    names.update(parameter.attribute for parameter in graph.parameters)
    names.update(config.attribute for config in graph.configs)
    names.update(constant.name for constant in graph.constants)
    names.update(method.name for method in graph.methods)
    catches = [step.decorator("catch") for step in graph.steps]
    names.update(str(catch.value("var")) for catch in catches if catch and catch.value("var"))
    return names | {"input", "index", "name"}
