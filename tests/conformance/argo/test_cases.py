"""Every case under a real workflow-controller and by `flowc run`: same tasks, artifacts, attempts, verdict; pods as predicted."""

from collections import Counter
from pathlib import Path

import pytest
from support.argo_cases import CASES, SHELL, ArgoCase
from support.argo_runs import RunningArgo, run_locally
from support.evidence import Evidence

pytestmark = [pytest.mark.argo, pytest.mark.slow, pytest.mark.usefixtures("deployed")]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
def test_case(argo: RunningArgo, case: ArgoCase, tmp_path: Path, evidence: Evidence) -> None:
    path, flow = case.source
    here = run_locally(case, tmp_path)
    phase = argo.wait(case.run)
    shown = argo.cluster.describe(case.run)
    there = argo.trace(path, flow, case.run)

    assert phase == ("Failed" if case.failing else "Succeeded"), shown
    assert here.succeeded == there.succeeded == (case.failing is None), here.said
    if case.failing:
        assert case.failing not in there.tasks
        both = set(here.tasks) & set(there.tasks)
        assert {task: there.tasks[task] for task in both} == {task: here.tasks[task] for task in both}
    else:
        assert set(there.tasks) == set(here.tasks), shown
        assert there.tasks == here.tasks
        assert there.attempts == here.attempts

    ran = argo.pods_of(case.run)
    tries = Counter(pod.task for pod in ran.values())
    begun = {*there.tasks, *([case.failing] if case.failing else [])}
    assert dict(tries) == {task: case.pods.get(task, 1) for task in begun}, shown
    assert {pod.task for pod in ran.values() if pod.phase == "Succeeded"} == set(there.tasks), shown
    for step, at in there.tasks:
        record = argo.record(flow, case.run, step, at)
        pod = ran[record["engine"]["pod_uid"]]
        assert pod.task == (step, at)
        assert pod.phase == "Succeeded"
        assert record["engine"]["task_id"] == pod.name
        assert record["run"] == case.run
        assert record["attempt"] == tries[step, at] - 1
    evidence.note("argo", "runs", "4.0.5", path, flow)


def test_hostile_values_arrive_as_given(argo: RunningArgo) -> None:
    cases = {case.key: case for case in CASES}
    for key, name in (("parameters/given", "text"), ("hostile/given", "json")):
        case = cases[key]
        argo.wait(case.run)
        assert argo.trace(*case.source, case.run).tasks["start", "r"][name] == repr(SHELL)
    assert not list(argo.engine.folder.rglob("pwned"))


def test_every_golden_is_here() -> None:
    """What has no case of its own name is not compiled yet, and the capability table says so."""
    keys = {case.key for case in CASES}
    assert {path.parent.name for path in (Path(__file__).parents[2] / "golden").glob("*/flow.py")} <= keys
