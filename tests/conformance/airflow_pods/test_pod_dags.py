"""Flows in the Kubernetes form, run by a real Airflow 3.3 against a stand-in of the Kubernetes API: every step a pod that was posted.

The stand-in runs the container of each pod as a process (tests/engines/airflow/kubernetes_standin.py says what it keeps of
Kubernetes); what was posted is checked against Kubernetes' own strict schemas and kept as goldens. No real cluster is involved.
"""

import json
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from support.flows import REPO
from support.local_run import read_trace, run_here
from support.posted_pods import POSTED, SECRETS, checked, environment, pods_of, settings_for

from flowc import api

sys.path.insert(0, str(REPO / "tests/engines/airflow"))
from airflow_site import HERE, VENV, Job, Outcome, run_dags
from processes import Processes

pytestmark = [pytest.mark.airflow, pytest.mark.slow]

NOTE = "$(HOME) $$ {{ ti }} \"'\\ é😀 `x` $(touch pwned).sh"


@dataclass(frozen=True, slots=True)
class Case:
    """One run on both sides; `tries` says where Airflow tries again."""

    key: str
    path: Path
    flow: str
    values: Mapping[str, Any] = field(default_factory=dict)
    tries: Mapping[tuple[str, str], int] = field(default_factory=dict)


def golden(name: str, flow: str, **tries: int) -> Case:
    return Case(name, REPO / "tests/golden" / name / "flow.py", flow, tries={(step, "r"): count for step, count in tries.items()})


CASES = [
    golden("linear", "Linear"),
    golden("nested_split", "NestedSplit"),
    golden("foreach", "Foreach"),
    golden("switch", "Switch"),
    golden("retry", "Retry", start=3),
    golden("catch_killed", "CatchKilled", fragile=2),
    golden("loop_steps", "LoopSteps"),
    Case("pods", REPO / "tests/data/airflow/pods/flow.py", "PodFlow", {"note": NOTE}),
]


@dataclass(frozen=True, slots=True)
class Site:
    """The folder with store and pods, and what Airflow did."""

    folder: Path
    outcome: Outcome
    posted: tuple[dict[str, Any], ...]

    @property
    def root(self) -> str:
        return f"file://{self.folder}/store"

    def pods_of(self, case: Case) -> list[dict[str, Any]]:
        """The pods of a run in the order of the flow's tasks, as text of any run would have them."""
        return pods_of(self.posted, case.flow, self.outcome.runs[case.key].run_id)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("airflow-pods")
    cluster, dags = folder / "cluster", folder / "dags"
    dags.mkdir()
    cluster.mkdir()
    (cluster / "secrets.json").write_text(json.dumps(SECRETS))
    settings = {"root": f"file://{folder}/store", "airflow.dags_folder": str(dags), **settings_for(cluster)}
    result = api.compile_flows([case.path for case in CASES], ["airflow"], overrides=settings)
    result.raise_for_errors()
    for flow in result.flows:
        api.deploy(api.plan_deploy(flow))
    processes = Processes(folder, ("FLOWC_TEST_SITE", str(folder)))
    processes.start(
        "standin", [str(VENV / "bin/python"), str(HERE / "kubernetes_standin.py"), str(cluster), sys.executable], {"PATH": "/usr/bin:/bin"}
    )
    try:
        while not (cluster / "kubeconfig").exists():
            processes.check()
            time.sleep(0.05)
        outcome = run_dags(folder / "home", dags, [Job(case.key, case.flow, case.values) for case in CASES], {})
        posted = tuple(json.loads(path.read_text()) for path in sorted((cluster / "posted").iterdir()))
        yield Site(folder, outcome, posted)
    finally:
        processes.stop(["standin"])
        processes.stop_strays()


def test_airflow_takes_every_file_without_a_word(site: Site) -> None:
    assert site.outcome.import_errors == {}
    assert site.outcome.warnings == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
def test_same_as_here(site: Site, case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE", "$(not) expanded")
    run = site.outcome.runs[case.key]
    there = read_trace(site.root, case.flow, run.run_id, case.path.parent)
    values = [word for name, value in case.values.items() for word in (f"--{name}", value)]
    here = run_here(case.path, case.flow, f"file://{tmp_path}/store", parameters=values)
    assert run.state == "success"
    assert here.succeeded, here.said
    assert set(there.tasks) == set(here.tasks)
    assert there.tasks == here.tasks
    assert there.attempts == here.attempts


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
def test_each_attempt_was_one_pod(site: Site, case: Case) -> None:
    """As many pods as tries of steps, none for gates and planners; the sidecar stands where a control value is read."""
    run = site.outcome.runs[case.key]
    steps = {step.name for step in api.check(case.path, case.flow).flow.graph.steps}
    tries = {name: task.tries for name, task in run.tasks.items() if name[0].removesuffix("__loop") in steps and task.state == "success"}
    pods = site.pods_of(case)
    assert len(pods) == sum(tries.values())
    for (step, at), count in case.tries.items():
        assert [
            environment(pod)["FLOWC_ATTEMPT"]
            for pod in pods
            if environment(pod)["FLOWC_STEP"] == step and environment(pod)["FLOWC_AT"] == at
        ] == [str(number) for number in range(count)]
    for pod in pods:
        names = [container["name"] for container in pod["spec"]["containers"]]
        assert names == (["base", "airflow-xcom-sidecar"] if "FLOWC_CONTROL" in environment(pod) else ["base"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
def test_posted_pods(site: Site, case: Case, update_goldens: bool) -> None:
    text = checked(site.pods_of(case), site.folder)
    kept = POSTED / f"{case.key}.json"
    if update_goldens:
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(text, encoding="utf-8")
    assert text == kept.read_text(encoding="utf-8")


def test_values_arrive_as_given(site: Site) -> None:
    """Dollar signs, braces and secrets: the environment that the step saw is the one that the flow asks for."""
    case = CASES[-1]
    there = read_trace(site.root, case.flow, site.outcome.runs[case.key].run_id, case.path.parent).tasks["start", "r"]
    assert there["note"] == repr(NOTE)
    assert there["seen"] == repr({"GREETING": "$(FLOWC_RUN) {{ x }}", "SCRIPT": "run.sh", "WAREHOUSE": "$(not) expanded"})
    assert not list(site.folder.rglob("pwned"))
