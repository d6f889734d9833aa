"""How far a flow may grow on Step Functions while it runs: the quotas of November 2026 as numbers of items, turns and bytes."""

from collections.abc import Iterator
from typing import Final

from flowc.backends.base import Bound
from flowc.backends.stepfunctions.history import turns_of
from flowc.backends.stepfunctions.layout import lay_out
from flowc.backends.stepfunctions.options import StepFunctionsOptions
from flowc.ir.graph import NextForeach
from flowc.ir.regions import RegionTree

MOST_ITEMS: Final = 100_000_000
"""Items of a Distributed Map: Step Functions quotas."""
MOST_INPUT: Final = 262_144
"""Bytes of an execution's input: Step Functions quotas."""


def bounds(tree: RegionTree, options: StepFunctionsOptions) -> tuple[Bound, ...]:
    """Return a row for each foreach and each loop, and one for what a run is given."""
    return tuple(_rows(tree, options))


def _rows(tree: RegionTree, options: StepFunctionsOptions) -> Iterator[Bound]:
    layout = lay_out(tree)
    turns = turns_of(layout)
    for step in tree.graph.steps:
        if step.name in tree.loops:
            limit = turns[layout.executions[step.name]]
            text = "the history of an execution ends at 25,000 events; the step that would begin another turn fails and says so"
            yield Bound(what=f'loop of step "{step.name}"', span=step.span, limit=limit, unit="turns", text=text)
        if isinstance(step.transition, NextForeach):
            text = f"beyond {options.max_foreach_jobs:,} a body of plain steps runs several items in one job"
            yield Bound(what=f'foreach of step "{step.name}"', span=step.transition.span, limit=MOST_ITEMS, unit="items", text=text)
    if tree.graph.parameters:
        text = "all parameters of a run as JSON, the input of the execution; StartExecution refuses more"
        yield Bound(what="parameters", span=tree.graph.parameters[0].span, limit=MOST_INPUT, unit="bytes", text=text)
