"""What comes of a run's beginning and end: a schedule starts it, hooks are called for its outcome, its success is announced."""

import pytest
from support.argo_cases import CASES
from support.argo_runs import FLOWS, RunningArgo, Webhook

pytestmark = [pytest.mark.argo, pytest.mark.slow]

SOURCES = {case.key: case.source for case in CASES}


def test_a_schedule_starts_a_run(argo: RunningArgo) -> None:
    path = FLOWS / "minutely.py"
    argo.deploy(path, "Minutely")
    [first, *_] = argo.wait_until("a run by schedule", lambda: argo.cluster.workflows({"workflows.argoproj.io/cron-workflow": "minutely"}))
    argo.cluster.suspend_schedule("minutely")
    run = first["metadata"]["name"]
    assert argo.wait(run) == "Succeeded", argo.cluster.describe(run)
    there = argo.trace(path, "Minutely", run)
    assert there.succeeded
    assert there.tasks["start", "r"]["run"] == repr(run)


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize(("run", "outcome"), [("exit-hook", "succeeded"), ("exit-hook-broken", "failed")])
def test_hooks_are_called_for_the_outcome(argo: RunningArgo, run: str, outcome: str) -> None:
    argo.wait(run)
    [hook] = [pod.metadata.name for pod in argo.cluster.pods(run) if "-on-exit-" in pod.metadata.name]
    assert f"hook: {run} {outcome}" in argo.cluster.log(hook)
    assert argo.end("ExitHook", run)["status"] == outcome


def test_success_is_announced(argo: RunningArgo, deployed: Webhook) -> None:
    assert argo.wait("triggered") == "Succeeded", argo.cluster.describe("triggered")
    [event] = deployed.posted
    assert event["name"] == "flowc.Triggered.finished"
    assert event["payload"]["id"] == "Triggered/triggered"
