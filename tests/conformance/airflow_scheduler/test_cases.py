"""Every case under a real scheduler and by `flowc run`: same tasks, artifacts and verdict, states and attempts as predicted."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.evidence import Evidence
from support.posted_pods import POSTED, SECRETS, checked
from support.scheduler_cases import CASES, HOSTILE, Case
from support.scheduler_runs import Running, run_locally

from flowc import api
from flowc.runtime_shim.chunks import members

pytestmark = [pytest.mark.airflow, pytest.mark.scheduler, pytest.mark.slow]


def test_every_file_was_taken(running: Running) -> None:
    assert running.site.import_errors() == {}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
def test_case(running: Running, case: Case, tmp_path: Path, evidence: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    if case.pods:
        for name, value in SECRETS["warehouse"].items():
            monkeypatch.setenv(name, value)
    path, flow = case.source
    here = run_locally(case, tmp_path)
    state = running.wait(case)
    run = running.run_ids[case.key]
    there = running.trace(path, case.dag, run)
    tasks = [Task.of(row) for row in running.site.tasks(case.dag, run).values()]
    shown = "\n".join(sorted(map(str, tasks)))

    assert state == ("failed" if case.failing else "success"), shown
    assert here.succeeded == there.succeeded == (case.failing is None), here.said
    if case.failing:
        assert case.failing not in there.tasks
        both = set(here.tasks) & set(there.tasks)
        assert {task: there.tasks[task] for task in both} == {task: here.tasks[task] for task in both}
    else:
        assert set(there.tasks) == set(here.tasks), shown
        assert {task for task in here.tasks if here.tasks[task] != there.tasks[task]} == set()
        assert there.attempts == here.attempts

    names = {step.name for step in api.check(path, flow).flow.graph.steps}
    steps = [task for task in tasks if task.name.removesuffix("__loop") in names]
    assert {task.state for task in tasks} <= (
        {"success", "skipped", "failed", "upstream_failed"} if case.failing else {"success", "skipped"}
    ), shown
    assert [(task.name, task.label) for task in steps if task.state == "failed"] == ([case.failing] if case.failing else []), shown
    for task in steps:
        if task.state in ("success", "failed"):
            assert task.tries == case.tries.get((task.name, task.label), 1), shown

    known = {task.known_as(run, three=running.site.three): task for task in steps if task.state == "success"}
    named = set()
    for step, at in there.tasks:
        record = running.record(case.dag, run, step, at)
        task = known[record["engine"]["task_id"]]
        named.add(record["engine"]["task_id"])
        assert record["run"] == run
        assert task.name == step or task.name.endswith("__loop")
        assert (at if task.name == step else at.partition("~")[0]) in members(task.label)
        if task.name == step and task.label == at:
            assert record["attempt"] == task.tries - 1
    assert named == set(known) or case.map_length, "no task succeeded without a commit, but where all its members took another arm"
    evidence.note("airflow", "runs", running.version, path, flow)


@dataclass(frozen=True, slots=True)
class Task:
    """A task instance as the API shows it; `label` is the address beside a mapped one."""

    id: str
    dag: str
    name: str
    index: int
    state: str
    tries: int
    label: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Task":
        """One row of the API."""
        return cls(
            id=str(row.get("id")),
            dag=row["dag_id"],
            name=row["task_id"],
            index=row["map_index"],
            state=str(row["state"]),
            tries=row["try_number"],
            label=row["rendered_map_index"] or "" if row["map_index"] >= 0 else "r",
        )

    def known_as(self, run: str, *, three: bool) -> str:
        """What a task calls itself: by an id in 3.x, by its place in 2.x."""
        if three:
            return self.id
        place = f"dag_id={self.dag!r}, task_id={self.name!r}, run_id={run!r}, try_number={self.tries}, map_index={self.index}"
        return f"TaskInstanceKey({place})"


def test_hostile_values_arrive_as_given(running: Running) -> None:
    [case] = [case for case in CASES if case.key == "parameters"]
    running.wait(case)
    path, flow = case.source
    assert running.trace(path, flow, running.run_ids[case.key]).tasks["start", "r"]["text"] == repr(HOSTILE)
    assert not list(running.folder.rglob("pwned"))


@pytest.mark.parametrize("case", [case for case in CASES if case.pods], ids=lambda case: case.key)
def test_posted_pods(running: Running, case: Case) -> None:
    """The pods that a scheduler posts, of either version, are those of one process."""
    running.wait(case)
    kept = (POSTED / f"{case.key.removeprefix('pods/')}.json").read_text(encoding="utf-8")
    assert checked(running.posted(case), running.folder, "pods") == kept


def test_one_version_of_each_file(running: Running) -> None:
    """3.x counts a version of the DAG whenever a parse gives something else."""
    if not running.site.three:
        return
    for case in CASES:
        running.wait(case)
        assert running.site.api("GET", f"/dags/{case.dag}/dagVersions")["total_entries"] == 1, case.key
