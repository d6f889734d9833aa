"""What may happen in mid-run: items fail, pods die or are taken away, the controller is killed. Named early, so as to run first."""

from collections import Counter
from pathlib import Path

import pytest
from support.argo_cases import RUNS_TO_DISTURB
from support.argo_runs import RunningArgo, freeze

from flowc.runtime_shim.contract import commit_key
from flowc.runtime_shim.stores import open_store

pytestmark = [pytest.mark.argo, pytest.mark.slow, pytest.mark.usefixtures("deployed")]

SOURCES = {run.run: run.source for run in RUNS_TO_DISTURB}


def test_a_pod_deleted_in_mid_run_is_retried(argo: RunningArgo) -> None:
    run = "pod-deleted"
    folder = _until_executed(argo, run, 2)
    [victim] = [uid for uid, pod in argo.pods_of(run).items() if pod.task == ("work", "r.1")]
    argo.cluster.delete_pod(argo.pods_of(run)[victim].name)
    argo.wait_until("another attempt", lambda: Counter(_executions(folder, 0))["1"] == 2)
    (folder / "open").touch()
    assert argo.wait(run) == "Succeeded", argo.cluster.describe(run)
    there = argo.trace(*SOURCES[run], run)
    assert there.succeeded
    assert Counter(_executions(folder, 0)) == {"0": 1, "1": 2}
    record = argo.record("Paced", run, "work", "r.1")
    assert record["engine"]["pod_uid"] != victim
    assert record["engine"]["pod_uid"] in argo.pods_of(run)


def test_a_pod_lost_after_its_commit_is_not_run_again(argo: RunningArgo) -> None:
    """The pod's `wait` container stands still, so that Argo learns nothing of the outputs; the next pod reports those of the record."""
    run = "pod-lost"
    folder = _until_executed(argo, run, 1)
    [first] = [uid for uid, pod in argo.pods_of(run).items() if pod.task == ("choose", "r")]
    name = argo.pods_of(run)[first].name
    freeze(first, "wait")
    (folder / "open").touch()
    store = open_store(argo.root)
    argo.wait_until("the commit", lambda: store.get(commit_key("Handed", run, "choose", "r")))
    argo.cluster.delete_pod(name, grace_seconds=0)
    assert argo.wait(run) == "Succeeded", argo.cluster.describe(run)
    assert _executions(folder, 0) == ["choose"]
    there = argo.trace(*SOURCES[run], run)
    assert there.tasks["end", "r"]["same"] == "True"
    assert argo.record("Handed", run, "choose", "r")["engine"]["pod_uid"] == first
    [second] = [uid for uid, pod in argo.pods_of(run).items() if pod.task == ("choose", "r") and pod.phase == "Succeeded"]
    assert second != first


def test_a_pod_taken_away_is_caught(argo: RunningArgo) -> None:
    run = "pod-caught"
    folder = _until_executed(argo, run, 1)
    [victim] = [pod for pod in argo.pods_of(run).values() if pod.task == ("work", "r")]
    argo.cluster.delete_pod(victim.name)
    assert argo.wait(run) == "Succeeded", argo.cluster.describe(run)
    assert argo.trace(*SOURCES[run], run).tasks["end", "r"]["lost"] == "True"
    assert _executions(folder, 0) == ["work"]


def test_a_killed_controller_goes_on_where_it_was(argo: RunningArgo) -> None:
    """Items commit while no controller lives; every other run of the session goes on, too."""
    run = "controller-killed"
    folder = _until_executed(argo, run, 2)
    argo.engine.kill_controller()
    (folder / "open").touch()
    store = open_store(argo.root)
    for at in ("r.0", "r.1"):
        argo.wait_until("the commits", lambda at=at: store.get(commit_key("Paced", run, "work", at)))
    argo.engine.start_controller()
    assert argo.wait(run) == "Succeeded", argo.cluster.describe(run)
    assert Counter(_executions(folder, 0)) == {"0": 1, "1": 1}
    assert argo.trace(*SOURCES[run], run).succeeded


def test_a_step_that_takes_too_much_memory_is_caught(argo: RunningArgo) -> None:
    run = "out-of-memory"
    assert argo.wait(run) == "Succeeded", argo.cluster.describe(run)
    there = argo.trace(*SOURCES[run], run).tasks
    assert there["end", "r"]["survived"] == "True"
    # "OOMKilled" where the kubelet heard of it in time, else what the kernel's kill leaves.
    ends = [node for node in argo.cluster.nodes(run).values() if "(exit code 137)" in node.get("message", "") and node["type"] == "Pod"]
    assert len(ends) == 2, argo.cluster.describe(run)


def test_a_failing_item_lets_its_siblings_end(argo: RunningArgo) -> None:
    run = "siblings"
    assert argo.wait(run) == "Failed"
    there = argo.trace(*SOURCES[run], run)
    assert not there.succeeded
    assert set(there.tasks) == {("start", "r"), ("work", "r.0"), ("work", "r.2"), ("more", "r.0"), ("more", "r.2")}


def test_argo_retry_runs_what_failed_and_what_comes_after(argo: RunningArgo) -> None:
    run = "mended"
    folder = argo.folder(run)
    assert argo.wait(run) == "Failed", argo.cluster.describe(run)
    assert sorted(_executions(folder, 0)) == ["start", "work", "work", "work"]
    before = argo.trace(*SOURCES[run], run)
    assert not before.succeeded
    (folder / "mended").touch()
    argo.engine.argoctl("retry", run)
    assert argo.wait(run) == "Succeeded", argo.cluster.describe(run)
    assert Counter(_executions(folder, 0)) == {"start": 1, "work": 4, "join": 1, "end": 1}
    after = argo.trace(*SOURCES[run], run)
    assert after.succeeded
    assert after.tasks["join", "r"]["results"] == "[11, 21, 31]"
    assert before.tasks.items() <= after.tasks.items()


def _until_executed(argo: RunningArgo, run: str, times: int) -> Path:
    """The folder of a run, once its steps have left so many lines there."""
    folder = argo.folder(run)
    argo.wait_until(f"{times} executions in {run}", lambda: len(_executions(folder, 0)) >= times)
    return folder


def _executions(folder: Path, word: int) -> list[str]:
    """One word of each line that steps left."""
    path = folder / "executions"
    return [line.split()[word] for line in path.read_text().splitlines()] if path.exists() else []
