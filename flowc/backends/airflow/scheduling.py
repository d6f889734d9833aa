"""Pools, queues, priorities, executors and caps: what the settings say of a flow and of its steps, as arguments of Airflow's classes."""

from typing import Final

from flowc.backends.airflow.layout import Layout, lay_out
from flowc.backends.airflow.options import AirflowOptions, TaskSettings
from flowc.diagnostics.near_miss import near_miss
from flowc.errors import UsageError
from flowc.ir.graph import StepName
from flowc.ir.regions import RegionTree

Arguments = tuple[tuple[str, object], ...]
"""Keyword arguments, in order."""

_ITEMS: Final = "max_active_tis_per_dagrun"
_SHARED: Final = ("pool", "pool_slots", "queue", "priority_weight", "executor")


def check_scheduling(tree: RegionTree, options: AirflowOptions) -> None:
    """Raise UsageError for settings of steps that have no task of their own, or no items."""
    flow = tree.graph.name
    layout = lay_out(tree)
    for name, settings in options.of_flow(flow).steps.items():
        where = f"setting 'airflow.flows.{flow}.steps.{name}'"
        step = StepName(name)
        if step not in tree.graph.by_name:
            near = near_miss(name, [known.name for known in tree.graph.steps])
            raise UsageError(f"{where}: {flow} has no step {name!r}", help=f"did you mean {near!r}?" if near else "take it out")
        if step not in layout.nodes:
            first = next(node.name for node in layout.nodes.values() if step in node.steps)
            raise UsageError(f"{where}: the step runs in the task of a loop", help=f"say it of {first!r}, the loop's first step")
        if settings.items_at_once is not None and layout.nodes[step].spot[0] is None:
            raise UsageError(
                f"{where}: items_at_once means nothing, for the step is in no foreach", help="say it of a step in the body of a foreach"
            )


def default_arguments(options: AirflowOptions, flow: str) -> Arguments:
    """Return what all tasks of a flow have."""
    return _arguments(options.of_flow(flow))


def task_arguments(options: AirflowOptions, layout: Layout, name: StepName) -> Arguments:
    """Return what the task of a step has beside that; the cap of items stands on each step of a body."""
    settings = options.of_flow(layout.tree.graph.name)
    own = settings.steps.get(name, TaskSettings())
    if layout.nodes[name].spot[0] is None:
        return _arguments(own)
    cap = own.items_at_once or settings.items_at_once
    return (*_arguments(own), *([(_ITEMS, cap)] if cap is not None else []))


def _arguments(settings: TaskSettings) -> Arguments:
    return tuple((name, value) for name in _SHARED if (value := getattr(settings, name)) is not None)
