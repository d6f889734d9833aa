"""From the region tree to the model of a DAG file. Assumes a flow that passed the capability table and the limits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

from flowc.backends.airflow.limits import TIMEOUT_MARGIN_SECONDS
from flowc.backends.airflow.merges import merge_openers
from flowc.backends.airflow.model import ArmGate, Dag, FormParameter, Gate, Group, MergeGate, Planner, StepTask
from flowc.backends.airflow.names import Names
from flowc.backends.airflow.templating import literal
from flowc.backends.base import Unit
from flowc.backends.constructs import predecessors
from flowc.ir.graph import NextForeach, NextSwitch, StepName
from flowc.ir.regions import Again, Arms, Block, Chosen, Falls, Foreach, Gang, Goes, Invoke, Leaves, Loop, RegionTree, Split, Switch
from flowc.runtime_shim import contract
from flowc.runtime_shim.contract import PlanParameter, PlanStep

_TYPES: dict[str, tuple[str, ...]] = {
    "str": ("string",),
    "int": ("integer",),
    "float": ("number",),
    "bool": ("boolean",),
    "file": ("string",),
}


@dataclass(slots=True)
class _Shape:
    """What a walk over the tree finds: where each step stands, and the helper tasks that regions need."""

    names: Names
    level: dict[StepName, StepName | None] = field(default_factory=dict)
    planners: dict[StepName, Planner] = field(default_factory=dict)
    groups: dict[StepName, str] = field(default_factory=dict)
    arms: dict[tuple[StepName, StepName], ArmGate] = field(default_factory=dict)


def lower(unit: Unit) -> Dag:
    """Return the model of the DAG file of a flow."""
    tree, graph = unit.tree, unit.tree.graph
    shape = _shape(tree)
    before = predecessors(graph)
    openers = merge_openers(tree, before, {key: gate.task_id for key, gate in shape.arms.items()})
    merges = {step: MergeGate(task_id=shape.names.merge(step), of=step, openers=ids) for step, ids in openers.items()}
    watched = {opener for ids in openers.values() for opener in ids}
    tasks = {step.name: _task(unit, step.name, shape, step.name in watched) for step in graph.steps}
    edges = _edges(tree, shape, merges)
    gates = _gates(tree, shape, merges)
    return Dag(
        dag_id=unit.plan["flow"],
        doc=graph.doc,
        parameters=tuple(_parameter(parameter, helps) for parameter, helps in _with_help(unit)),
        units=_units(tree, shape, tasks, gates, edges),
        gates=tuple(gates[None]),
        edges=tuple(edges[None]),
        environment=_shared_environment(unit),
        python=unit.options.python,
        max_map_length=unit.options.max_map_length,
    )


def _shape(tree: RegionTree) -> _Shape:
    shape = _Shape(Names(step.name for step in tree.graph.steps))
    pending: list[tuple[Block, StepName | None]] = [(tree.body, None)]
    seen = {id(tree.body)}
    while pending:
        block, level = pending.pop()
        inside = [inner for region in block.items for inner in _enter(region, level, shape)]
        match block.end:
            case Goes(block=tail):
                inside.append((tail, level))
            case Falls() | Again() | Leaves() | Arms():
                pass
            case _:
                assert_never(block.end)
        fresh = [(inner, where) for inner, where in inside if id(inner) not in seen]
        seen.update(id(inner) for inner, _ in fresh)
        pending.extend(reversed(fresh))
    return shape


def _enter(
    region: Invoke | Split | Foreach | Gang | Switch | Loop, level: StepName | None, shape: _Shape
) -> list[tuple[Block, StepName | None]]:
    """Note what `region` needs and return the blocks inside it, each with the foreach step around it."""
    match region:
        case Invoke(step=step):
            shape.level[step] = level
            return []
        case Split(branches=branches):
            return [(branch, level) for branch in branches]
        case Foreach(step=step, body=body):
            shape.planners[step] = Planner(task_id=shape.names.planner(step), of=step)
            shape.groups[step] = shape.names.group(step, 1)
            return [(body, step)]
        case Switch(on=Chosen(step=step), arms=arms):
            for arm in arms:
                gate = ArmGate(task_id=shape.names.arm(step, arm.target), switch=step, target=arm.target)
                shape.arms[step, arm.target] = gate
            return [(arm.block, level) for arm in arms]
        case Switch() | Gang() | Loop():
            raise AssertionError(f"the capability table of airflow let a {type(region).__name__.lower()} pass: a bug in flowc")
        case _:
            assert_never(region)


def _level_of_merge(tree: RegionTree, shape: _Shape, step: StepName) -> StepName | None:
    """A gate in front of the join of a foreach is the last task of its body: no skip may reach the join."""
    opener = tree.places[step].opener
    return opener if opener in shape.planners else shape.level[step]


def _gates(tree: RegionTree, shape: _Shape, merges: Mapping[StepName, MergeGate]) -> dict[StepName | None, list[Gate]]:
    gates: dict[StepName | None, list[Gate]] = {level: [] for level in (None, *shape.planners)}
    for step in tree.graph.steps:
        if step.name in merges:
            gates[_level_of_merge(tree, shape, step.name)].append(merges[step.name])
        for target in step.targets:
            if (step.name, target) in shape.arms:
                gates[shape.level[step.name]].append(shape.arms[step.name, target])
    return gates


def _edges(tree: RegionTree, shape: _Shape, merges: Mapping[StepName, MergeGate]) -> dict[StepName | None, list[tuple[str, str]]]:
    edges: dict[StepName | None, list[tuple[str, str]]] = {level: [] for level in (None, *shape.planners)}
    for step in tree.graph.steps:
        here = shape.level[step.name]
        for target in step.targets:
            if isinstance(step.transition, NextForeach):
                continue
            source: str = step.name
            if isinstance(step.transition, NextSwitch):
                edges[here].append((source, shape.arms[step.name, target].task_id))
                source = shape.arms[step.name, target].task_id
            if target in merges:
                edges[here].append((source, merges[target].task_id))
            elif shape.level[target] == here:
                edges[here].append((source, target))
        if step.name in merges and _level_of_merge(tree, shape, step.name) == here:
            edges[here].append((merges[step.name].task_id, step.name))
        if step.name in shape.groups:
            join = tree.places[step.name].join
            assert join is not None
            edges[here].append((shape.groups[step.name], join))
    return edges


def _units(
    tree: RegionTree,
    shape: _Shape,
    tasks: Mapping[StepName, StepTask],
    gates: Mapping[StepName | None, list[Gate]],
    edges: Mapping[StepName | None, list[tuple[str, str]]],
) -> tuple[StepTask | Planner | Group, ...]:
    """Source order; a group stands where the first step of its body does, but never before its planner."""
    bodies: dict[StepName, list[StepTask]] = {foreach: [] for foreach in shape.planners}
    for step in tree.graph.steps:
        level = shape.level[step.name]
        if level is not None:
            bodies[level].append(tasks[step.name])
    units: list[StepTask | Planner | Group] = []
    begun: set[StepName] = set()
    waiting: set[StepName] = set()
    for step in tree.graph.steps:
        level = shape.level[step.name]
        due: list[StepName] = []
        if level is None:
            units.append(tasks[step.name])
            if step.name in shape.planners:
                units.append(shape.planners[step.name])
                begun.add(step.name)
                due = [step.name] if step.name in waiting else []
        elif level in begun:
            due = [level]
        else:
            waiting.add(level)
        for foreach in due:
            if bodies[foreach]:
                units.append(
                    Group(
                        group_id=shape.groups[foreach],
                        over=shape.planners[foreach].task_id,
                        steps=tuple(bodies[foreach]),
                        gates=tuple(gates[foreach]),
                        edges=tuple(edges[foreach]),
                    )
                )
                bodies[foreach] = []
    return tuple(units)


def _task(unit: Unit, name: StepName, shape: _Shape, watched: bool) -> StepTask:
    step, planned = unit.tree.graph.by_name[name], unit.plan["steps"][name]
    level = shape.level[name]
    catches = planned.get("catch") is not None
    timeout = planned.get("timeout")
    return StepTask(
        task_id=name,
        step=name,
        doc=step.doc,
        each=None if level is None else shape.planners[level].task_id,
        control=planned["kind"] in ("foreach", "switch") or watched,
        environment=_environment(unit, name, planned),
        retries=(planned.get("retries") or 0) + catches,
        retry_seconds=planned.get("retry_seconds") or 0,
        timeout_seconds=timeout + TIMEOUT_MARGIN_SECONDS if timeout else None,
    )


def _shared_environment(unit: Unit) -> tuple[tuple[str, str], ...]:
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


def _environment(unit: Unit, name: StepName, planned: PlanStep) -> tuple[tuple[str, str], ...]:
    entries = [(key, literal(value)) for key, value in (planned.get("environment") or {}).items()]
    if name == unit.plan["start"]:
        entries.append((contract.CODE, unit.code))
        if unit.plan["parameters"]:
            entries.append((contract.PARAMS, "{{ params | tojson }}"))
    catch = planned.get("catch")
    if catch is not None:
        entries.append((contract.CATCH, catch["var"] or ""))
        entries.append((contract.USER_RETRIES, "{{ ti.max_tries - 1 }}"))
    timeout = planned.get("timeout")
    if timeout:
        entries.append((contract.TIMEOUT, f"{timeout:g}"))
    return tuple(entries)


def _with_help(unit: Unit) -> list[tuple[PlanParameter, str | None]]:
    helps = {parameter.name: parameter.help for parameter in unit.tree.graph.parameters}
    return [(parameter, helps.get(parameter["name"])) for parameter in unit.plan["parameters"]]


def _parameter(parameter: PlanParameter, help: str | None) -> FormParameter:
    """A null in the form means "not given": the first step takes the default that is a file or computed, else None."""
    default = None if parameter["type"] == "file" else parameter.get("default")
    required = parameter["required"] and "default" not in parameter
    types = _TYPES.get(parameter["type"], ())
    if types and not required and default is None:
        types = ("null", *types)
    return FormParameter(name=parameter["name"], types=types, has_default=not required, default=default, help=help)
