"""What is read and recorded, but has no effect on a run here: environments and cards."""

from flowc.diagnostics import Report, codes
from flowc.ir.graph import FlowGraph
from flowc.ir.passes.decorated import each_decorator


def check_environments(graph: FlowGraph, report: Report) -> None:
    """Warn of every @conda, @pypi, @conda_base, @pypi_base that is not disabled, and once of @card."""
    for decorator in each_decorator(graph, "conda", "pypi", "conda_base", "pypi_base"):
        if not decorator.value("disabled"):
            report(
                codes.ENVIRONMENT_NOT_BUILT,
                decorator.span,
                decorator=decorator.name,
                help="install the packages where the steps run, or put them into the image",
            )
    for card in list(each_decorator(graph, "card"))[:1]:
        report(codes.CARD_NOT_MADE, card.span, help="nothing to do: current.card takes what the step gives it, and keeps nothing")
