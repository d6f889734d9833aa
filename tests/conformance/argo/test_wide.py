"""The widest foreach and the deepest loop that the capability table promises without a word."""

from pathlib import Path

import pytest
from support.argo_cases import WIDE_CASES, ArgoCase
from support.argo_runs import RunningArgo, run_locally

pytestmark = [pytest.mark.argo, pytest.mark.argo_wide, pytest.mark.slow]


@pytest.fixture(scope="module")
def started(argo_session: RunningArgo) -> None:
    with argo_session.engine.tree.network():
        for case in WIDE_CASES:
            argo_session.deploy(*case.source)
            argo_session.start(case)


@pytest.mark.usefixtures("started")
@pytest.mark.parametrize("case", WIDE_CASES, ids=lambda case: case.key)
def test_wide_case(argo: RunningArgo, case: ArgoCase, tmp_path: Path) -> None:
    here = run_locally(case, tmp_path)
    assert argo.wait(case.run, hours=2) == "Succeeded", argo.cluster.describe(case.run)[:4000]
    there = argo.trace(*case.source, case.run)
    assert there.tasks == here.tasks
    ran = argo.pods_of(case.run)
    assert sorted(pod.task for pod in ran.values()) == sorted(there.tasks)
    for step, at in there.tasks:
        uid = argo.record(case.source[1], case.run, step, at)["engine"]["pod_uid"]
        assert ran[uid].task == (step, at)
