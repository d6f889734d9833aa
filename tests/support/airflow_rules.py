"""Airflow's trigger rules on the model of a DAG file: which task instances a run would run, skip or fail, two items in every foreach.

`all_success` and `none_failed` as https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#trigger-rules says;
between mapped groups every leaf of the one stands before every root of the other. The real engine has the last word, in
tests/conformance/airflow; this asks it of many choices of every switch in no time.
"""

from collections.abc import Callable, Mapping

from flowc.backends.airflow.model import ArmGate, Dag, Group, MergeGate, Planner, StepTask

Task = StepTask | Planner | ArmGate | MergeGate
Items = tuple[int, ...]
Instance = tuple[str, Items]
Choose = Callable[[str, Items], str]
WIDTH = 2


def states(dag: Dag, choose: Choose, failing: Instance | None = None) -> dict[Instance, str]:
    """Return the state of every task instance that a run has.

    choose: the target that a task (a switch, a loop with several exits) takes for some items. failing: an instance that fails if it
    runs. A group whose planner handed out nothing has no instances.
    """
    return _Run(dag, choose, failing).states()


class _Run:
    def __init__(self, dag: Dag, choose: Choose, failing: Instance | None) -> None:
        self.choose, self.failing = choose, failing
        self.groups = {unit.group_id: unit for unit in dag.units if isinstance(unit, Group)}
        self.planners = {unit.task_id: unit for unit in dag.units if isinstance(unit, Planner)}
        self.tasks: dict[str, Task] = {gate.task_id: gate for gate in dag.gates}
        self.home: dict[str, Group] = {}
        for unit in dag.units:
            if isinstance(unit, Group):
                for task in (*unit.steps, *unit.gates):
                    self.tasks[task.task_id] = task
                    self.home[task.task_id] = unit
            else:
                self.tasks[unit.task_id] = unit
        self.inside: dict[str, set[str]] = {name: set() for name in self.tasks}
        self.across: dict[str, set[str]] = {name: set() for name in self.tasks}
        for group in self.groups.values():
            for left, right in group.edges:
                self.inside[right].add(left)
        for planner in self.planners.values():
            self.across[planner.task_id].add(planner.of)
        for left, right in dag.edges:
            for before in self._ends(left, 0):
                for after in self._ends(right, 1):
                    self.across[after].add(before)
        self.found: dict[str, dict[Items, str]] = {}
        self.unexpanded: dict[str, str] = {}

    def _ends(self, name: str, side: int) -> list[str]:
        if name not in self.groups:
            return [name]
        group = self.groups[name]
        with_edge = {edge[side] for edge in group.edges}
        return [task.task_id for task in (*group.steps, *group.gates) if task.task_id not in with_edge]

    def states(self) -> dict[Instance, str]:
        while len(self.found) < len(self.tasks):
            ready = [name for name in self.tasks if name not in self.found and all(before in self.found for before in self._before(name))]
            assert ready, "the edges go round"
            for name in ready:
                self._settle(name)
        return {(name, items): state for name, found in self.found.items() for items, state in found.items()}

    def _before(self, name: str) -> set[str]:
        planner = {self.home[name].over} if name in self.home else set()
        return self.inside[name] | self.across[name] | planner

    def _settle(self, name: str) -> None:
        if name not in self.home:
            self.found[name] = {(): self._state(name, ())}
            return
        planned = self.found[self.home[name].over][()]
        if planned != "success":
            self.found[name], self.unexpanded[name] = {}, planned
            return
        opener = self.found[self.planners[self.home[name].over].of]
        each = [(*items, place) for items, state in opener.items() if state == "success" for place in range(WIDTH)]
        self.found[name] = {items: self._state(name, items) for items in each}

    def _state(self, name: str, items: Items) -> str:
        before = {self.found[other][items] for other in self.inside[name]}
        for other in self.across[name]:
            before |= {self.unexpanded[other]} if other in self.unexpanded else set(self.found[other].values())
        task = self.tasks[name]
        if before & {"failed", "upstream_failed"}:
            return "upstream_failed"
        if isinstance(task, StepTask | ArmGate) and "skipped" in before:
            return "skipped"
        match task:
            case StepTask():
                return "failed" if (name, items) == self.failing else "success"
            case Planner(of=step):
                return "success" if "success" in self.found[step].values() else "skipped"
            case ArmGate(opener=opener, target=target):
                return "success" if self.choose(opener, items) == target else "skipped"
            case MergeGate(openers=openers):
                return "success" if any(self.found[opener].get(items) == "success" for opener in openers) else "skipped"


def chosen(choices: Mapping[str, str]) -> Choose:
    """One choice of a task for all items."""
    return lambda task, items: choices[task]
