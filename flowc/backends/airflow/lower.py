"""From the region tree to the model of a DAG file. Assumes a flow that passed the capability table and the limits."""

import re
from collections.abc import Sequence
from heapq import heappop, heappush

from flowc.backends.airflow.layout import TOP, Layout, Spot, lay_out
from flowc.backends.airflow.limits import TIMEOUT_MARGIN_SECONDS
from flowc.backends.airflow.model import Dag, ExitHook, FormParameter, Group, Planner, StepTask
from flowc.backends.airflow.names import Names
from flowc.backends.airflow.options import AirflowOptions
from flowc.backends.airflow.payloads import parameters_template, payload_fields
from flowc.backends.airflow.python_text import Code
from flowc.backends.airflow.schedule import finished_asset, schedule_of
from flowc.backends.airflow.scheduling import default_arguments, task_arguments
from flowc.backends.airflow.templating import literal
from flowc.backends.airflow.wiring import Wiring, wire
from flowc.backends.base import Unit
from flowc.ir.graph import Parameter, StepName
from flowc.runtime_shim import contract
from flowc.runtime_shim.contract import PlanParameter, PlanStep

_TYPES: dict[str, tuple[str, ...]] = {
    "str": ("string",),
    "int": ("integer",),
    "float": ("number",),
    "bool": ("boolean",),
    "file": ("string",),
}

Variables = tuple[tuple[str, str], ...]


def lower(unit: Unit[AirflowOptions]) -> Dag:
    """Return the model of the DAG file of a flow."""
    graph = unit.tree.graph
    layout = lay_out(unit.tree)
    names = Names(step.name for step in graph.steps)
    wiring = wire(layout, names)
    schedule = schedule_of(graph)
    triggered = schedule is not None and bool(schedule.assets)
    settings = unit.options.of_flow(graph.name)
    declared = {parameter.name: parameter for parameter in graph.parameters}
    fields = payload_fields(graph)
    tasks = {name: _task(unit, name, layout, wiring, triggered=triggered, filled=bool(fields)) for name in layout.nodes}
    return Dag(
        dag_id=unit.plan["flow"],
        doc=graph.doc,
        schedule=schedule,
        exit_hook=_exit_hook(unit, layout, wiring, names),
        parameters=tuple(_parameter(parameter, declared[parameter["name"]]) for parameter in unit.plan["parameters"]),
        units=_units(layout, wiring, tasks),
        gates=tuple(wiring.gates[TOP]),
        edges=tuple(wiring.edges[TOP]),
        environment=_shared_environment(unit),
        python=unit.options.python,
        max_map_length=unit.options.max_map_length,
        event_parameters=parameters_template(fields) if fields else (),
        defaults=default_arguments(unit.options, graph.name),
        max_active_runs=settings.max_active_runs,
        max_active_tasks=settings.max_active_tasks,
        run_timeout_minutes=settings.run_timeout_minutes,
    )


def _units(layout: Layout, wiring: Wiring, tasks: dict[StepName, StepTask]) -> tuple[StepTask | Planner | Group, ...]:
    """Source order; a group stands where the first step of its segment does, but never before its planner."""
    members: dict[Spot, list[StepName]] = {spot: [] for spot in wiring.groups}
    waiting: dict[StepName, list[tuple[int, StepName | Spot]]] = {foreach: [] for foreach in layout.segments}
    ready: list[tuple[int, StepName | Spot]] = []
    for place, (name, node) in enumerate(layout.nodes.items()):
        level, _ = node.spot
        if level is None:
            heappush(ready, (place, name))
        else:
            if not members[node.spot]:
                waiting[level].append((place, node.spot))
            members[node.spot].append(name)
    units: list[StepTask | Planner | Group] = []
    while ready:
        _, here = heappop(ready)
        if isinstance(here, tuple):
            units.append(_group(here, members[here], wiring, tasks))
        else:
            units.append(tasks[here])
        for name in members[here] if isinstance(here, tuple) else [here]:
            if name in layout.segments:
                units.append(Planner(task_id=wiring.planners[name], of=name))
                for entry in waiting[name]:
                    heappush(ready, entry)
    return tuple(units)


def _group(spot: Spot, names: list[StepName], wiring: Wiring, tasks: dict[StepName, StepTask]) -> Group:
    level, _ = spot
    assert level is not None, "the top is no group"
    return Group(
        group_id=wiring.groups[spot],
        over=wiring.planners[level],
        steps=tuple(tasks[name] for name in names),
        gates=tuple(wiring.gates[spot]),
        edges=tuple(wiring.edges[spot]),
    )


def _exit_hook(unit: Unit[AirflowOptions], layout: Layout, wiring: Wiring, names: Names) -> ExitHook | None:
    """Behind the last step, and behind all that may still run when a failure elsewhere has ended what follows.

    That is what runs beside something else: branches of a split, and the ends of segments, which run for several items.
    """
    if unit.tree.graph.decorator("exit_hook") is None:
        return None
    behind = []
    for name, node in layout.nodes.items():
        scope = layout.place(name).scope
        beside = scope is not None and not layout.is_foreach(scope[0])
        ends = node.spot != TOP and any(layout.nodes[target].spot != node.spot for target in node.targets)
        if beside or ends or name == unit.plan["end"]:
            behind.append(wiring.tasks[name])
    return ExitHook(task_id=names.exit_hook(), end=StepName(unit.plan["end"]), behind=tuple(behind))


def _task(unit: Unit[AirflowOptions], name: StepName, layout: Layout, wiring: Wiring, *, triggered: bool, filled: bool) -> StepTask:
    node, step = layout.nodes[name], unit.tree.graph.by_name[name]
    level, _ = node.spot
    planned = [unit.plan["steps"][member] for member in node.steps]
    timeout = None if node.loop or level is not None else planned[0].get("timeout")
    delay, most = max(one.get("retry_seconds") or 0 for one in planned), unit.options.max_retry_minutes
    return StepTask(
        task_id=wiring.tasks[name],
        verb="loop" if node.loop else "step",
        step=name,
        doc=step.doc,
        each=None if level is None else wiring.planners[level],
        control=layout.decides(name) or layout.is_foreach(name),
        environment=_environment(unit, name, planned, loop=node.loop, triggered=triggered, filled=filled),
        outlet=finished_asset(unit.plan["flow"]) if name == unit.plan["end"] else None,
        retries=max(one.get("retries") or 0 for one in planned) + _catches(planned),
        retry_seconds=delay,
        most_retry_seconds=None if most is None or delay <= 0 else most * 60.0,
        timeout_seconds=timeout + TIMEOUT_MARGIN_SECONDS if timeout else None,
        scheduling=task_arguments(unit.options, layout, name),
    )


def _shared_environment(unit: Unit[AirflowOptions]) -> tuple[tuple[str, str], ...]:
    root = () if unit.options.root is None else ((contract.ROOT, literal(unit.options.root)),)
    return (
        (contract.ENGINE, "airflow"),
        (contract.FLOW, literal(unit.plan["flow"])),
        *root,
        (contract.RUN, "{{ run_id }}"),
        (contract.ATTEMPT, "{{ ti.try_number - 1 }}"),
        (contract.USER_RETRIES, "{{ ti.max_tries }}"),
        (contract.TASK_ID, "{{ ti.id | default(ti.key) }}"),
    )


def _catches(planned: Sequence[PlanStep]) -> bool:
    return any(one.get("catch") is not None for one in planned)


def _environment(
    unit: Unit[AirflowOptions], name: StepName, planned: Sequence[PlanStep], *, loop: bool, triggered: bool, filled: bool
) -> Variables:
    """What one task needs beside the shared variables. In a loop each turn takes its step's own from the plan."""
    entries: list[tuple[str, str]] = []
    if not loop:
        entries += [(key, literal(value)) for key, value in (planned[0].get("environment") or {}).items()]
    if name == unit.plan["start"]:
        entries.append((contract.CODE, unit.code))
        if unit.plan["parameters"]:
            entries.append((contract.PARAMS, Code("PARAMS") if filled else "{{ params | tojson }}"))
        if triggered:
            entries.append((contract.TRIGGER, Code("TRIGGER")))
    catch = None if loop else planned[0].get("catch")
    if catch is not None:
        entries.append((contract.CATCH, catch["var"] or ""))
    if _catches(planned):
        entries.append((contract.USER_RETRIES, "{{ ti.max_tries - 1 }}"))
    timeout = None if loop else planned[0].get("timeout")
    if timeout:
        entries.append((contract.TIMEOUT, f"{timeout:g}"))
    return tuple(entries)


def _parameter(parameter: PlanParameter, declared: Parameter) -> FormParameter:
    """A null in the form means "not given": the first step takes the default that is a file or computed, else None."""
    default = None if parameter["type"] == "file" else parameter.get("default")
    required = parameter["required"] and "default" not in parameter
    types = _TYPES.get(parameter["type"], ())
    if types and not required and default is None:
        types = ("null", *types)
    name = parameter["name"]
    words = " ".join(re.split(r"[-_]+", name.strip("-_")))
    return FormParameter(
        name=name,
        types=types,
        has_default=not required,
        default=default,
        help=declared.help,
        title=words[0].upper() + words[1:] if " " in words else None,
        choices=declared.choices,
    )
