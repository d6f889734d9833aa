"""The DAG files of many shapes of flow: what a linter says, and what Airflow's trigger rules would run."""

import ast
import itertools
import re
from pathlib import Path

import pytest
from support.airflow_rules import states
from support.airflow_units import complaints, lowered, text_of, unit_of

from flowc.backends.airflow.model import ArmGate, Dag, Group, MergeGate, StepTask
from flowc.backends.airflow.names import TAKEN_BY_THE_FILE
from flowc.ir.graph import NextSplit, NextSwitch
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


@pytest.mark.parametrize("shape", SHAPES)
def test_ids_are_unique_and_steps_keep_theirs(shape: str) -> None:
    tree, dag = lowered(shape)
    tasks, ids = _tasks(dag)
    assert len(ids) == len(set(ids))
    assert sorted(task.task_id for task in tasks) == sorted(tree.graph.by_name)


@pytest.mark.parametrize("shape", SHAPES)
def test_openers_leave_something_to_read(shape: str) -> None:
    tree, dag = lowered(shape)
    tasks, _ = _tasks(dag)
    readable = {task.task_id for task in tasks if task.control} | {gate.task_id for gate in _gates(dag) if isinstance(gate, ArmGate)}
    for gate in _gates(dag):
        openers = gate.openers if isinstance(gate, MergeGate) else (gate.switch,)
        assert set(openers) <= readable
    decides = {step.name for step in tree.graph.steps if tree.places[step.name].join and not isinstance(step.transition, NextSplit)}
    decides |= {step.name for step in tree.graph.steps if isinstance(step.transition, NextSwitch)}
    assert decides == {task.task_id for task in tasks if task.control}


@pytest.mark.parametrize("shape", SHAPES)
def test_trigger_rules_run_what_the_flow_means(shape: str) -> None:
    tree, dag = lowered(shape)
    switches = [step for step in tree.graph.steps if isinstance(step.transition, NextSwitch)]
    for targets in itertools.product(*(step.targets for step in switches)):
        chosen = dict(zip((step.name for step in switches), targets, strict=True))
        found = states(dag, chosen)
        assert {name for name in tree.graph.by_name if found[name] == "success"} == _meant(tree, chosen), chosen
        assert "failed" not in found.values()


@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_follows_a_failed_step(shape: str) -> None:
    tree, dag = lowered(shape)
    for failing in tree.graph.by_name:
        found = states(dag, {step.name: step.targets[0] for step in tree.graph.steps if isinstance(step.transition, NextSwitch)}, failing)
        if found[failing] == "failed" and failing != tree.graph.end:
            assert found[str(tree.graph.end)] == "upstream_failed"


def _meant(tree: RegionTree, chosen: dict[str, str]) -> set[str]:
    """The steps that run, from the graph alone."""
    pending, seen = [str(tree.graph.start)], set()
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        step = tree.graph.by_name[name]  # type: ignore[index]
        pending.extend([chosen[name]] if name in chosen else step.targets)
    return seen


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


def _gates(dag: Dag) -> list[ArmGate | MergeGate]:
    return [*dag.gates, *(gate for unit in dag.units if isinstance(unit, Group) for gate in unit.gates)]
