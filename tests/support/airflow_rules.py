"""Airflow's trigger rules on the model of a DAG file: which tasks a run would run, skip or fail, one item in every foreach.

`all_success` and `none_failed` as https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#trigger-rules says.
The real engine has the last word, in tests/conformance/airflow; this asks it of every choice of every switch in no time.
"""

from collections.abc import Mapping

from flowc.backends.airflow.model import ArmGate, Dag, Group, MergeGate, Planner, StepTask

Task = StepTask | Planner | ArmGate | MergeGate


def states(dag: Dag, chosen: Mapping[str, str], failing: str | None = None) -> dict[str, str]:
    """Return the state of every task; `chosen` is the target of each switch, `failing` a step that fails if it runs."""
    tasks, upstream = _flat(dag)
    found: dict[str, str] = {}
    while len(found) < len(tasks):
        ready = [name for name in tasks if name not in found and all(before in found for before in upstream[name])]
        assert ready, "the edges go round"
        for name in ready:
            found[name] = _state(tasks[name], {found[before] for before in upstream[name]}, found, chosen, failing)
    return found


def _state(task: Task, before: set[str], found: Mapping[str, str], chosen: Mapping[str, str], failing: str | None) -> str:
    if before & {"failed", "upstream_failed"}:
        return "upstream_failed"
    if isinstance(task, StepTask | ArmGate) and "skipped" in before:
        return "skipped"
    match task:
        case StepTask(task_id=name):
            return "failed" if name == failing else "success"
        case Planner(of=step):
            return "success" if found[step] == "success" else "skipped"
        case ArmGate(switch=switch, target=target):
            return "success" if chosen[switch] == target else "skipped"
        case MergeGate(openers=openers):
            return "success" if any(found[opener] == "success" for opener in openers) else "skipped"


def _flat(dag: Dag) -> tuple[dict[str, Task], dict[str, set[str]]]:
    """Groups taken apart: an edge to a group leads to its roots, one from a group comes from its leaves."""
    groups = {unit.group_id: unit for unit in dag.units if isinstance(unit, Group)}
    tasks: dict[str, Task] = {gate.task_id: gate for gate in dag.gates}
    edges: list[tuple[str, str]] = []
    for unit in dag.units:
        if isinstance(unit, Group):
            tasks.update({task.task_id: task for task in (*unit.steps, *unit.gates)})
            edges += [(unit.over, unit.group_id), *unit.edges]
        else:
            tasks[unit.task_id] = unit
            edges += [(unit.of, unit.task_id)] if isinstance(unit, Planner) else []
    upstream: dict[str, set[str]] = {name: set() for name in tasks}
    for left, right in [*edges, *dag.edges]:
        for before in _ends(groups, left, 0):
            for after in _ends(groups, right, 1):
                upstream[after].add(before)
    return tasks, upstream


def _ends(groups: Mapping[str, Group], name: str, side: int) -> list[str]:
    if name not in groups:
        return [name]
    inside = [task.task_id for task in (*groups[name].steps, *groups[name].gates)]
    with_edge = {edge[side] for edge in groups[name].edges}
    return [task for task in inside if task not in with_edge]
