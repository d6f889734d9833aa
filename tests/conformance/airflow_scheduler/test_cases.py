"""Every case under a real scheduler and by `flowc run`: same tasks, artifacts and verdict, states and attempts as predicted."""

from pathlib import Path

import pytest
from support.scheduler_cases import CASES, HOSTILE, Case
from support.scheduler_runs import Running, run_locally

from flowc import api

pytestmark = [pytest.mark.airflow, pytest.mark.scheduler, pytest.mark.slow]


def test_every_file_was_taken(running: Running) -> None:
    assert running.site.import_errors() == {}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
def test_case(running: Running, case: Case, tmp_path: Path) -> None:
    path, flow = case.source
    here = run_locally(case, tmp_path)
    state = running.wait(case)
    run = running.run_ids[case.key]
    there = running.trace(path, flow, run)
    instances = running.site.tasks(flow, run)
    shown = {key: (task["state"], task["try_number"]) for key, task in sorted(instances.items())}

    assert state == ("failed" if case.failing else "success"), shown
    assert here.succeeded == there.succeeded == (case.failing is None), here.said
    if case.failing:
        assert case.failing not in there.tasks
        both = set(here.tasks) & set(there.tasks)
        assert {task: there.tasks[task] for task in both} == {task: here.tasks[task] for task in both}
    else:
        assert set(there.tasks) == set(here.tasks)
        assert {task for task in here.tasks if here.tasks[task] != there.tasks[task]} == set()
        assert there.attempts == here.attempts

    names = {step.name for step in api.check(path, flow).flow.graph.steps}
    steps = {key: task for key, task in instances.items() if key[0] in names}
    places = {key: task["rendered_map_index"] if key[1] >= 0 else "r" for key, task in steps.items()}
    states = {task["state"] for task in instances.values()}
    assert {(key[0], places[key]) for key, task in steps.items() if task["state"] == "success"} == set(there.tasks), shown
    assert states <= ({"success", "skipped", "failed", "upstream_failed"} if case.failing else {"success", "skipped"}), shown
    assert [(key[0], places[key]) for key, task in steps.items() if task["state"] == "failed"] == ([case.failing] if case.failing else [])
    for key, task in steps.items():
        if task["state"] in ("success", "failed"):
            assert task["try_number"] == case.tries.get((key[0], places[key]), 1), (key, shown)
        if task["state"] == "success":
            record = running.record(flow, run, key[0], places[key])
            assert record["engine"] == {"name": "airflow", "task_id": _known_as(running, task)}
            assert record["attempt"] == task["try_number"] - 1
            assert record["run"] == run


def _known_as(running: Running, task: dict[str, object]) -> str:
    """What the API calls a task instance: by an id in 3.x, by its place in 2.x."""
    if running.site.three:
        return str(task["id"])
    names = (f"{name}={task[shown]!r}" for name, shown in _KEY.items())
    return f"TaskInstanceKey({', '.join(names)})"


_KEY = {"dag_id": "dag_id", "task_id": "task_id", "run_id": "dag_run_id", "try_number": "try_number", "map_index": "map_index"}


def test_hostile_values_arrive_as_given(running: Running) -> None:
    [case] = [case for case in CASES if case.key == "parameters"]
    running.wait(case)
    path, flow = case.source
    assert running.trace(path, flow, running.run_ids[case.key]).tasks["start", "r"]["text"] == repr(HOSTILE)
    assert not list(running.folder.rglob("pwned"))


def test_one_version_of_each_file(running: Running) -> None:
    """3.x counts a version of the DAG whenever a parse gives something else."""
    if not running.site.three:
        return
    for case in CASES:
        running.wait(case)
        assert running.site.api("GET", f"/dags/{case.source[1]}/dagVersions")["total_entries"] == 1, case.key
