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
from pathlib import Path
from typing import Any

import pytest
from support.flows import REPO, Sample, example_flows, golden_flows
from support.local_run import Trace, read_trace, run_here

from flowc import api
from flowc.runtime_shim.contract import commit_key, package_key
from flowc.runtime_shim.records import decode_record
from flowc.runtime_shim.stores import open_store

sys.path.insert(0, str(REPO / "tests/engines/airflow"))
from airflow_site import DagRun, Job, Outcome, dags_test, run_dags

pytestmark = [pytest.mark.airflow, pytest.mark.slow]

FLOWS = Path(__file__).parent / "flows"
HOSTILE = '\'; exit 9 #\n"{{ ti }}" ${HOME} \\\\ \u2028 é😀 `x` $(touch pwned) {% raw %} <&>.sh'


@dataclass(frozen=True, slots=True)
class Case:
    """A run on both sides: `values` are given to it, `failing` is the task that must fail, `tries` says where Airflow tries again."""

    key: str
    path: Path
    flow: str
    values: Mapping[str, Any] = field(default_factory=dict)
    failing: tuple[str, str] | None = None
    tries: Mapping[tuple[str, str], int] = field(default_factory=dict)

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
    paths = dict.fromkeys((case.path, case.flow) for case in CASES)
    result = api.compile_flows(list(paths), ["airflow"], overrides={"root": f"file://{folder}/store"})
    result.raise_for_errors()
    wide = api.compile_flows([FLOWS / "wide.py"], ["airflow"], overrides={"root": f"file://{folder}/store", "max_map_length": 3})
    for flow in (*result.flows, *wide.flows):
        api.deploy(api.plan_deploy(flow, dags))
    jobs = [Job(case.key, case.flow, case.values) for case in CASES]
    return run_dags(folder / "home", dags, [*jobs, Job("wide", "Wide", {})], {})


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    return getattr(request.config, "workerinput", {}).get("workerid", "master")


def test_airflow_takes_every_file_without_a_word(site: Site) -> None:
    assert site.outcome.import_errors == {}
    assert site.outcome.warnings == []
    assert set(site.outcome.runs) == {case.key for case in CASES} | {"wide"}


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
    run, committed = site.outcome.runs[case.key], set(site.trace(case).tasks)
    steps = {step for step, _ in committed} | {step for step, _ in _tasks_of(case, run)}
    succeeded = {(step, task.at) for (step, _), task in _tasks_of(case, run).items() if task.state == "success"}
    assert succeeded == committed
    others = Counter(task.state for (step, _), task in _tasks_of(case, run).items() if task.state != "success")
    if case.failing is None:
        assert set(others) <= {"skipped"}
        assert not {task.state for task in run.tasks.values()} - {"success", "skipped"}
    else:
        assert [(step, task.at) for (step, _), task in _tasks_of(case, run).items() if task.state == "failed"] == [case.failing]
        assert set(others) <= {"failed", "upstream_failed", "skipped"}
    assert steps


def _tasks_of(case: Case, run: DagRun) -> dict[tuple[str, int], Any]:
    """The task instances that are steps of the flow."""
    names = {step.name for step in api.check(case.path, case.flow).flow.graph.steps}
    return {key: task for key, task in run.tasks.items() if key[0] in names}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
def test_each_commit_names_its_task_instance(site: Site, case: Case) -> None:
    run = site.outcome.runs[case.key]
    for (step, _), task in _tasks_of(case, run).items():
        if task.state == "success":
            record = site.record(case, step, task.at)
            assert record["engine"]["task_id"] == task.id
            assert task.tries == case.tries.get((step, task.at), 1), (step, task.at)
            assert record["attempt"] == task.tries - 1
            assert record["run"] == run.run_id


def test_only_control_tasks_leave_values_in_airflow(site: Site) -> None:
    """Artifacts never travel through the scheduler."""
    run = site.outcome.runs["arms/each"]
    assert set(run.pushed) == {"start", "start__fan", "fan", "fan__splits", "item", "item__odd", "item__gather"}


def test_an_arm_not_taken_started_nothing(site: Site) -> None:
    run = site.outcome.runs["arms/none"]
    for name in ("fan", "item", "odd", "gather", "fork", "left", "right", "joined", "tail"):
        [task] = [task for (step, _), task in run.tasks.items() if step == name]
        assert (task.state, task.tries) == ("skipped", 0), name


def test_hostile_values_arrive_as_given(site: Site) -> None:
    [case] = [case for case in CASES if case.key == "parameters/given"]
    seen = site.trace(case).tasks["start", "r"]
    assert seen["text"] == repr(HOSTILE)
    assert not list(site.folder.rglob("pwned"))


def test_the_code_came_from_the_store(site: Site) -> None:
    [case] = [case for case in CASES if case.key == "linear"]
    digest = site.record(case, "end", "r")["code"]
    assert open_store(site.root).get(package_key(case.flow, digest)) is not None


def test_more_items_than_the_site_maps_fail_at_once(site: Site) -> None:
    run = site.outcome.runs["wide"]
    assert run.state == "failed"
    states = {step: (task.state, task.tries) for (step, _), task in run.tasks.items()}
    assert states["start"] == ("success", 1)
    assert states["start__splits"] == ("failed", 1), "trying again would not help"
    assert states["work"] == states["join"] == states["end"] == ("upstream_failed", 0)
    assert "4 items are more than 3" in (site.folder / "home/run.log").read_text()


@pytest.mark.parametrize(("flow", "code"), [("Linear", 0), ("Fails", 1)])
def test_airflows_own_command(site: Site, flow: str, code: int) -> None:
    assert dags_test(site.folder / "home", site.folder / "dags", flow) == code
