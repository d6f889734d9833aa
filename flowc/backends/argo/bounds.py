"""How far a run may grow on Argo before an object of it no longer fits: figures of its packed status, and of nested templates."""

from collections.abc import Iterator
from typing import Final

from flowc.backends.argo.lower_regions import lower_regions
from flowc.backends.argo.options import ArgoOptions
from flowc.backends.base import Bound
from flowc.ir.graph import NextForeach
from flowc.ir.regions import RegionTree

MOST_ITEMS: Final = 5000
"""Of one foreach with a body of several steps that are tried again: 30,001 packed nodes are 1.78 MB, and a workflow has 1 MiB."""

MOST_PARAMETERS: Final = 96 * 1024
"""Bytes of all values of a run: they travel in one variable, in base64, and Linux takes 128 KiB for one."""


def bounds(tree: RegionTree, options: ArgoOptions) -> tuple[Bound, ...]:
    """Return a row for each foreach and each loop, and one for what a run is given."""
    return tuple(_rows(tree, options))


def _rows(tree: RegionTree, options: ArgoOptions) -> Iterator[Bound]:
    turns = {loop.first: loop.turns for loop in lower_regions(tree, options).loops}
    for step in tree.graph.steps:
        if step.name in tree.loops:
            text = "templates nest 100 deep; beyond that the run ends in an error" if step.name in turns else "one pod runs all turns"
            yield Bound(what=f'loop of step "{step.name}"', span=step.span, limit=turns.get(step.name), unit="turns", text=text)
        if isinstance(step.transition, NextForeach):
            text = "all nodes of a run are kept in one object of 1 MiB; beyond that the run ends in an error"
            yield Bound(what=f'foreach of step "{step.name}"', span=step.transition.span, limit=MOST_ITEMS, unit="items", text=text)
    if tree.graph.parameters:
        text = "all parameters of a run travel in one variable; beyond that the first pod cannot start"
        yield Bound(what="parameters", span=tree.graph.parameters[0].span, limit=MOST_PARAMETERS, unit="bytes", text=text)
