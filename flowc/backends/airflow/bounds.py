"""How far a flow may grow on Airflow while it runs."""

from collections.abc import Iterator

from flowc.backends.airflow.layout import fused_loops
from flowc.backends.airflow.options import AirflowOptions
from flowc.backends.base import Bound
from flowc.backends.check_values import MAX_VARIABLE_BYTES
from flowc.ir.graph import NextForeach
from flowc.ir.regions import RegionTree


def bounds(tree: RegionTree, options: AirflowOptions) -> tuple[Bound, ...]:
    """Return a row for each foreach and each loop, and one for what a run is given."""
    return tuple(_rows(tree, options))


def _rows(tree: RegionTree, options: AirflowOptions) -> Iterator[Bound]:
    fused = fused_loops(tree)
    for step in tree.graph.steps:
        if step.name in tree.loops:
            text = "one task runs all turns and goes on after the last that committed"
            yield Bound(what=f'loop of step "{step.name}"', span=step.span, limit=None, unit="turns", text=text)
        if not isinstance(step.transition, NextForeach):
            continue
        if fused.get(step.name) is not None:
            text = "they run in turn, in the one task of the loop"
        else:
            text = f"up to {options.max_map_length:,} have a task each (nested ones counted together); beyond, several share one"
        yield Bound(what=f'foreach of step "{step.name}"', span=step.transition.span, limit=None, unit="items", text=text)
    if tree.graph.parameters:
        text = "all parameters of a run as JSON, in one environment variable; the step refuses what is cut"
        first = tree.graph.parameters[0].span
        yield Bound(what="parameters", span=first, limit=MAX_VARIABLE_BYTES, unit="bytes", text=text)
