"""Where decorators stand: walked by every check of decorators."""

from collections.abc import Iterator
from dataclasses import dataclass

from flowc.ir.decorator_signatures import Level
from flowc.ir.graph import Decorator, FlowGraph


@dataclass(frozen=True, slots=True)
class Decorated:
    """Flowc's own decorators of one step or of the flow; `place` names it in a sentence."""

    level: Level
    place: str
    decorators: tuple[Decorator, ...]


def decorated(graph: FlowGraph) -> Iterator[Decorated]:
    """Yield the flow, then each step in order, with those decorators that are flowc's or Metaflow's."""
    yield Decorated("flow", f'flow "{graph.name}"', _own(graph.decorators))
    for step in graph.steps:
        yield Decorated("step", f'step "{step.name}"', _own(step.decorators))


def each_decorator(graph: FlowGraph, *names: str) -> Iterator[Decorator]:
    """Yield flowc's own decorators called one of `names`, flow first, then by step."""
    for place in decorated(graph):
        yield from (decorator for decorator in place.decorators if decorator.name in names)


def _own(decorators: tuple[Decorator, ...]) -> tuple[Decorator, ...]:
    return tuple(decorator for decorator in decorators if decorator.origin == "flowc")
