"""Every flow that the Airflow target compiles, run by a real Airflow 3.3 and by `flowc run`: same tasks, same artifacts, same verdict.

All DAGs run in one Airflow process (starting one costs seconds), once for all test workers.
"""

import fcntl
import json
import pickle
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from support.flows import REPO, Sample, example_flows, golden_flows
from support.local_run import Trace, read_trace, run_here

from flowc import api
from flowc.backends.airflow.layout import fused_loops
from flowc.runtime_shim.chunks import members
from flowc.runtime_shim.contract import commit_key, package_key, run_key
from flowc.runtime_shim.records import decode_record
from flowc.runtime_shim.stores import open_store

sys.path.insert(0, str(REPO / "tests/engines/airflow"))
from airflow_site import DagRun, Job, Outcome, dags_test, run_dags

pytestmark = [pytest.mark.airflow, pytest.mark.slow]

FLOWS = Path(__file__).parent / "flows"
HOSTILE = '\'; exit 9 #\n"{{ ti }}" ${HOME} \\\\ \u2028 é😀 `x` $(touch pwned) {% raw %} <&>.sh'


@dataclass(frozen=True, slots=True)
class Case:
    """A run on both sides: `values` are given to it, `failing` is the task that must fail, `tries` says where Airflow tries again.

    `map_length` is what the site maps at most.
    """

    key: str
    path: Path
    flow: str
    values: Mapping[str, Any] = field(default_factory=dict)
    failing: tuple[str, str] | None = None
    tries: Mapping[tuple[str, str], int] = field(default_factory=dict)
    map_length: int = 1024

    def arguments(self) -> list[str]:
        """The values as options of `flowc run`."""
        texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in self.values.items()}
        return [word for name, text in texts.items() for word in (f"--{name}", text)]


TRIES: dict[str, dict[tuple[str, str], int]] = {
    "catch": {("divide", "r.1"): 2},
    "catch_killed": {("fragile", "r"): 2},
    "examples/flaky_sources": {("read", "r.1"): 3, ("read", "r.2"): 3},
    "retry": {("start", "r"): 3},
}
FAILING = {"fails": ("bad", "r")}


def cases() -> list[Case]:
    """Golden flows and examples as they are, then flows of this folder with chosen values."""
    found = [
        Case(sample.name, sample.path, sample.flow, failing=FAILING.get(sample.name), tries=TRIES.get(sample.name, {}))
        for sample in [*golden_flows(), *example_flows()]
        if not _is_refused(sample)
    ]
    parameters = next(case for case in found if case.key == "parameters")
    given = {
        "count": 7,
        "learning-rate": 1e-9,
        "flag": True,
        "text": HOSTILE,
        "nothing": "{{ 7*7 }}",
        "tree": '{"$(id)": ["`id`"]}',
        "words": "a",
    }
    found.append(Case("parameters/given", parameters.path, parameters.flow, given))
    found += [Case(f"arms/{way}", FLOWS / "arms.py", "Arms", {"way": way}) for way in ("each", "both", "tail", "none")]
    tries = {("work", "r.1"): 2, ("risky", "r.0"): 2, ("risky", "r.2"): 3}
    found.append(Case("items", FLOWS / "items.py", "Items", tries=tries))
    found.append(
        Case("items/broken", FLOWS / "items.py", "Items", {"broken": 2}, failing=("work", "r.2"), tries={**tries, ("work", "r.2"): 2})
    )
    hook = next(case for case in found if case.key == "exit_hook")
    found.append(Case("exit_hook/broken", hook.path, hook.flow, {"broken": True}, failing=("fast", "r")))
    found.append(Case("chunks", FLOWS / "chunks.py", "Chunks", map_length=3))
    return found


def _is_refused(sample: Sample) -> bool:
    return not api.compile_flows([sample.path], ["airflow"]).ok


CASES = cases()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> "Site":
    """All runs, made by the first worker that needs them."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "airflow-site"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = folder / "outcome.pickle"
        if not kept.exists():
            kept.write_bytes(pickle.dumps(_run_all(folder)))
        return Site(folder, pickle.loads(kept.read_bytes()))


@dataclass(frozen=True, slots=True)
class Site:
    """The folder that holds the store, and what Airflow did."""

    folder: Path
    outcome: Outcome

    @property
    def root(self) -> str:
        """The store that the tasks wrote."""
        return f"file://{self.folder}/store"

    def trace(self, case: Case) -> Trace:
        """What the run left in the store."""
        return read_trace(self.root, case.flow, self.outcome.runs[case.key].run_id, case.path.parent)

    def record(self, case: Case, step: str, at: str) -> dict[str, Any]:
        """The commit record of a task."""
        key = commit_key(case.flow, self.outcome.runs[case.key].run_id, step, at)
        data = open_store(self.root).get(key)
        assert data is not None, key
        return decode_record(data, key)


def _run_all(folder: Path) -> Outcome:
    dags = folder / "dags"
    dags.mkdir()
    for length in dict.fromkeys(case.map_length for case in CASES):
        paths = dict.fromkeys((case.path, case.flow) for case in CASES if case.map_length == length)
        given = {"root": f"file://{folder}/store", "airflow.max_map_length": length, "airflow.dags_folder": str(dags)}
        result = api.compile_flows(list(paths), ["airflow"], overrides=given)
        result.raise_for_errors()
        for flow in result.flows:
            api.deploy(api.plan_deploy(flow))
    return run_dags(folder / "home", dags, [Job(case.key, case.flow, case.values) for case in CASES], {})


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    return getattr(request.config, "workerinput", {}).get("workerid", "master")


def test_airflow_takes_every_file_without_a_word(site: Site) -> None:
    assert site.outcome.import_errors == {}
    assert site.outcome.warnings == []
    assert set(site.outcome.runs) == {case.key for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
def test_same_as_here(site: Site, case: Case, tmp_path: Path) -> None:
    there = site.trace(case)
    here = run_here(case.path, case.flow, f"file://{tmp_path}/store", parameters=case.arguments())
    run = site.outcome.runs[case.key]
    assert run.state == ("failed" if case.failing else "success")
    assert here.succeeded == (case.failing is None), here.said
    assert there.succeeded == here.succeeded
    if case.failing:
        assert set(here.tasks) - set(there.tasks) == set(), "what ran here committed there"
        assert case.failing not in there.tasks
        shared = set(here.tasks) & set(there.tasks)
        assert {task: there.tasks[task] for task in shared} == {task: here.tasks[task] for task in shared}
        return
    assert set(there.tasks) == set(here.tasks)
    for task, artifacts in here.tasks.items():
        assert there.tasks[task] == artifacts, task
    assert there.attempts == here.attempts


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
def test_task_states(site: Site, case: Case) -> None:
    """What committed succeeded, with the address on its label; what committed nothing was skipped, or failed where it must."""
    run, tasks = site.outcome.runs[case.key], _tasks_of(case, site.outcome.runs[case.key])
    ran = {_task_of(case, step, at) for step, at in site.trace(case).tasks}
    succeeded = {(name, at) for (name, _), task in tasks.items() if task.state == "success" for at in members(task.at)}
    assert ran <= succeeded
    assert case.map_length < 1024 or succeeded == ran
    others = Counter(task.state for task in tasks.values() if task.state != "success")
    if case.failing is None:
        assert set(others) <= {"skipped"}
        assert not {task.state for task in run.tasks.values()} - {"success", "skipped"}
    else:
        assert [(name, task.at) for (name, _), task in tasks.items() if task.state == "failed"] == [case.failing]
        assert set(others) <= {"failed", "upstream_failed", "skipped"}


def _task_of(case: Case, step: str, at: str) -> tuple[str, str]:
    """The task that ran a step, and the address that it was given: in a loop the one outside."""
    loop = _loops(case.path, case.flow)[step]
    return (step, at) if loop is None else (f"{loop}__loop", at.partition("~")[0])


@cache
def _loops(path: Path, flow: str) -> Mapping[str, str | None]:
    tree = api.check(path, flow).flow.tree
    assert tree is not None
    return fused_loops(tree)


def _tasks_of(case: Case, run: DagRun) -> dict[tuple[str, int], Any]:
    """The task instances that run the shim."""
    names = {step if loop is None else f"{loop}__loop" for step, loop in _loops(case.path, case.flow).items()}
    return {key: task for key, task in run.tasks.items() if key[0] in names}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
def test_each_commit_names_its_task_instance(site: Site, case: Case) -> None:
    run = site.outcome.runs[case.key]
    tasks = {(name, at): task for (name, _), task in _tasks_of(case, run).items() for at in members(task.at)}
    for step, at in site.trace(case).tasks:
        name, outside = _task_of(case, step, at)
        task, record = tasks[name, outside], site.record(case, step, at)
        assert record["engine"]["task_id"] == task.id
        assert record["run"] == run.run_id
        assert task.tries == case.tries.get((name, task.at), 1), (name, task.at)
        if name == step and task.at == at:
            assert record["attempt"] == task.tries - 1


def test_only_control_tasks_leave_values_in_airflow(site: Site) -> None:
    """Artifacts never travel through the scheduler."""
    run = site.outcome.runs["arms/each"]
    assert set(run.pushed) == {"start", "start__fan", "fan", "fan__splits", "item", "item__odd", "item__gather"}


def test_an_arm_not_taken_started_nothing(site: Site) -> None:
    run = site.outcome.runs["arms/none"]
    for name in ("fan", "item", "odd", "gather", "fork", "left", "right", "joined", "tail"):
        [task] = [task for (step, _), task in run.tasks.items() if step == name]
        assert (task.state, task.tries) == ("skipped", 0), name


@pytest.mark.parametrize(("key", "said"), [("exit_hook", "succeeded"), ("exit_hook/broken", "failed")])
def test_exit_hooks_come_last_and_change_no_verdict(site: Site, key: str, said: str) -> None:
    [case] = [case for case in CASES if case.key == key]
    run = site.outcome.runs[key]
    assert run.tasks["exit_hook", -1].state == "success"
    end = open_store(site.root).get(run_key(case.flow, run.run_id, "_end"))
    assert end is not None
    assert json.loads(end)["status"] == said
    assert f"hook: {run.run_id} {said}" in (site.folder / "home/run.log").read_text()


def test_hostile_values_arrive_as_given(site: Site) -> None:
    [case] = [case for case in CASES if case.key == "parameters/given"]
    seen = site.trace(case).tasks["start", "r"]
    assert seen["text"] == repr(HOSTILE)
    assert not list(site.folder.rglob("pwned"))


def test_the_code_came_from_the_store(site: Site) -> None:
    [case] = [case for case in CASES if case.key == "linear"]
    digest = site.record(case, "end", "r")["code"]
    assert open_store(site.root).get(package_key(case.flow, digest)) is not None


def test_more_items_than_the_site_maps_share_tasks(site: Site) -> None:
    run = site.outcome.runs["chunks"]
    assert sorted(task.at for (step, _), task in run.tasks.items() if step == "sort") == ["r.0:3", "r.3:6", "r.6:7"]
    [case] = [case for case in CASES if case.key == "chunks"]
    caught = {task for task in site.trace(case).tasks if site.record(case, *task)["status"] == "caught"}
    assert caught == {("odd", "r.3")}, "only the member whose process was killed"


@pytest.mark.parametrize(("flow", "code"), [("Linear", 0), ("Fails", 1)])
def test_airflows_own_command(site: Site, flow: str, code: int) -> None:
    assert dags_test(site.folder / "home", site.folder / "dags", flow) == code
