"""The DAG files of many shapes of flow: what a linter says, and what Airflow's trigger rules would run."""

import ast
import itertools
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.airflow_rules import WIDTH, Choose, Instance, chosen, states
from support.airflow_units import complaints, lowered, text_of, unit_of
from support.flows import REPO

from flowc.backends.airflow.layout import fused_loops
from flowc.backends.airflow.model import ArmGate, Dag, Group, MergeGate, Planner, StepTask
from flowc.backends.airflow.names import TAKEN_BY_THE_FILE
from flowc.backends.constructs import foreach_around
from flowc.ir.graph import NextForeach, NextSwitch
from flowc.ir.regions import RegionTree

SHAPES = [line for line in (Path(__file__).parent / "shapes.txt").read_text().splitlines() if line and not line.startswith("#")]
WIDE = "s>" + ",".join(f"branch_{i}" for i in range(60)) + " " + " ".join(f"branch_{i}>j" for i in range(60)) + " j!>end"
LONG = " ".join(f"step_{i}>step_{i + 1}" for i in range(300)) + " step_300>end"
NAMES = f"{'a' * 36}>{'b' * 36}|{'c' * 36} {'b' * 36}>{'d' * 36} {'c' * 36}>{'d' * 36} {'d' * 36}>end"


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {shape: text_of(unit_of(shape)) for shape in [*SHAPES, WIDE, LONG, NAMES]}


def test_linter_and_formatter_have_nothing_to_say(texts: dict[str, str], tmp_path: Path) -> None:
    for place, text in enumerate(texts.values()):
        (tmp_path / f"dag_{place}.py").write_text(text, encoding="utf-8")
    assert complaints(tmp_path) == ""


def test_only_known_imports(texts: dict[str, str]) -> None:
    for text in texts.values():
        modules = {
            name
            for item in ast.walk(ast.parse(text))
            for name in (
                [item.module]
                if isinstance(item, ast.ImportFrom)
                else [alias.name for alias in item.names]
                if isinstance(item, ast.Import)
                else []
            )
        }
        assert {name.split(".")[0] for name in modules if name} <= {"json", "datetime", "airflow"}


def test_every_helper_is_used(texts: dict[str, str]) -> None:
    for text in texts.values():
        module = ast.parse(text)
        helpers = {item.name for item in module.body if isinstance(item, ast.FunctionDef)}
        read = {item.id for item in ast.walk(module) if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Load)}
        assert helpers <= read


def test_only_gates_and_planners_have_a_trigger_rule(texts: dict[str, str]) -> None:
    for text in texts.values():
        assert len(re.findall("trigger_rule", text)) == ("def splits(" in text) + ("def live(" in text)


def test_names_of_helpers_stay_theirs(texts: dict[str, str]) -> None:
    for text in texts.values():
        [block] = [item for item in ast.parse(text).body if isinstance(item, ast.With)]
        bound = {item.id for item in ast.walk(block) if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store)}
        assert not (bound - {"dag"}) & TAKEN_BY_THE_FILE


def test_our_own_text_is_ascii(texts: dict[str, str]) -> None:
    assert all(text.isascii() for text in texts.values())


@pytest.mark.parametrize("shape", SHAPES)
def test_steps_ask_the_planner_of_the_foreach_around_them(shape: str) -> None:
    tree, dag = lowered(shape)
    planners = {unit.task_id: unit.of for unit in dag.units if isinstance(unit, Planner)}
    for task in _tasks(dag)[0]:
        around = foreach_around(tree, task.step)
        assert (None if task.each is None else planners[task.each]) == around
    for group in (unit for unit in dag.units if isinstance(unit, Group)):
        assert {task.each for task in group.steps} == {group.over}


@pytest.mark.parametrize("shape", SHAPES)
def test_edges_stay_in_their_segment(shape: str) -> None:
    """Between segments groups follow each other; a step of one never follows a step of another."""
    _, dag = lowered(shape)
    top = {unit.group_id if isinstance(unit, Group) else unit.task_id for unit in dag.units} | {gate.task_id for gate in dag.gates}
    assert {end for edge in dag.edges for end in edge} <= top
    for group in (unit for unit in dag.units if isinstance(unit, Group)):
        inside = {task.task_id for task in (*group.steps, *group.gates)}
        assert {end for edge in group.edges for end in edge} <= inside


def test_golden_files_are_clean(tmp_path: Path) -> None:
    for path in (REPO / "tests/golden").glob("*/airflow.py"):
        (tmp_path / f"{path.parent.name}.py").write_bytes(path.read_bytes())
    assert complaints(tmp_path) == ""


@pytest.mark.parametrize("shape", SHAPES)
def test_ids_are_unique_and_steps_keep_theirs(shape: str) -> None:
    tree, dag = lowered(shape)
    tasks, ids = _tasks(dag)
    assert len(ids) == len(set(ids))
    fused = fused_loops(tree)
    assert {task.task_id for task in tasks if task.verb == "step"} == {name for name, loop in fused.items() if loop is None}
    assert {task.step for task in tasks if task.verb == "loop"} == {loop for loop in fused.values() if loop is not None}


@pytest.mark.parametrize("shape", SHAPES)
def test_openers_leave_something_to_read(shape: str) -> None:
    tree, dag = lowered(shape)
    tasks, _ = _tasks(dag)
    control = {task.task_id for task in tasks if task.control}
    for gate in _gates(dag):
        arms = {other.task_id for other in _gates(dag) if isinstance(other, ArmGate)}
        assert set(gate.openers if isinstance(gate, MergeGate) else (gate.opener,)) <= control | arms
    transitions = {task.step: tree.graph.by_name[task.step].transition for task in tasks if task.verb == "step"}
    decides = {str(name) for name, transition in transitions.items() if isinstance(transition, NextForeach | NextSwitch)}
    assert decides == {task.task_id for task in tasks if task.control and task.verb == "step"}
    several = {task.task_id for task in tasks if task.verb == "loop" and len(tree.loops[task.step].exits) > 1}
    assert several == {task.task_id for task in tasks if task.control and task.verb == "loop"}


@pytest.mark.parametrize("shape", SHAPES)
def test_trigger_rules_run_what_the_flow_means(shape: str) -> None:
    tree, dag = lowered(shape)
    for choose in _choices(tree, dag):
        found = states(dag, choose)
        steps = {task.task_id for task in _tasks(dag)[0]}
        assert {task for task, state in found.items() if task[0] in steps and state == "success"} == _meant(tree, dag, choose)
        assert "failed" not in found.values()
        assert "upstream_failed" not in found.values()


@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_follows_a_failed_step(shape: str) -> None:
    tree, dag = lowered(shape)
    for choose in itertools.islice(_choices(tree, dag), 5):
        for failing in sorted(_meant(tree, dag, choose)):
            found = states(dag, choose, failing)
            assert found[failing] == "failed"
            ran = {task for task, state in found.items() if state == "success" and not task[0].endswith("__live")}
            behind = _behind(tree, dag, failing[0])
            assert not [(name, items) for name, items in ran if name in behind and items[: len(failing[1])] == failing[1][: len(items)]]
            if failing[0] != tree.graph.end:
                assert found[str(tree.graph.end), ()] == "upstream_failed"


def _choices(tree: RegionTree, dag: Dag) -> Iterator[Choose]:
    """Every combination with one choice for all items, then items that choose by chance."""
    targets = {task.task_id: _targets(tree, task) for task in _tasks(dag)[0] if task.control}
    deciders = {name: found for name, found in targets.items() if len(found) > 1 or name in {gate.opener for gate in _arms(dag)}}
    for combination in itertools.islice(itertools.product(*deciders.values()), 200):
        yield chosen(dict(zip(deciders, combination, strict=True)))
    for seed in range(25 if deciders else 0):
        yield lambda task, items, seed=seed: random.Random(f"{seed} {task} {items}").choice(deciders[task])


def _targets(tree: RegionTree, task: StepTask) -> tuple[str, ...]:
    return tuple(tree.loops[task.step].exits if task.verb == "loop" else tree.graph.by_name[task.step].targets)


def _meant(tree: RegionTree, dag: Dag, choose: Choose) -> set[Instance]:
    """The task instances that run, from the graph alone."""
    tasks = {str(task.step): task for task in _tasks(dag)[0]}
    openers = {gate.opener for gate in _arms(dag)}
    pending: list[Instance] = [(str(tree.graph.start), ())]
    seen: set[Instance] = set()
    while pending:
        name, items = pending.pop()
        task = tasks[name]
        if (task.task_id, items) in seen:
            continue
        seen.add((task.task_id, items))
        targets = [choose(task.task_id, items)] if task.task_id in openers else _targets(tree, task)
        fans = task.verb == "step" and isinstance(tree.graph.by_name[task.step].transition, NextForeach)
        for target in targets:
            opener = tree.places[target].opener  # type: ignore[index]
            closes = opener is not None and isinstance(tree.graph.by_name[opener].transition, NextForeach)
            inner = [(*items, place) for place in range(WIDTH)] if fans else [items[:-1] if closes else items]
            pending += [(target, there) for there in inner]
    return seen


def _behind(tree: RegionTree, dag: Dag, task_id: str) -> set[str]:
    """The steps that can only run after `task_id`, which all their ways pass, as task ids."""
    tasks = {task.task_id: task for task in _tasks(dag)[0]}
    by_step = {str(task.step): task.task_id for task in tasks.values()}
    without = {by_step[str(tree.graph.start)]} - {task_id}
    pending = list(without)
    while pending:
        for target in _targets(tree, tasks[pending.pop()]):
            if by_step[target] != task_id and by_step[target] not in without:
                without.add(by_step[target])
                pending.append(by_step[target])
    return set(tasks) - without - {task_id}


def _tasks(dag: Dag) -> tuple[list[StepTask], list[str]]:
    tasks, ids = [], [gate.task_id for gate in _gates(dag)]
    for unit in dag.units:
        if isinstance(unit, Group):
            tasks += unit.steps
            ids += [unit.group_id, *(step.task_id for step in unit.steps)]
        else:
            ids.append(unit.task_id)
            tasks += [unit] if isinstance(unit, StepTask) else []
    return tasks, ids


def _arms(dag: Dag) -> list[ArmGate]:
    return [gate for gate in _gates(dag) if isinstance(gate, ArmGate)]


def _gates(dag: Dag) -> list[ArmGate | MergeGate]:
    return [*dag.gates, *(gate for unit in dag.units if isinstance(unit, Group) for gate in unit.gates)]
