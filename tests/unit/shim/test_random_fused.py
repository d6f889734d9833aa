"""Any flow with loops: run with each loop in one process, it has the tasks and artifacts of the local run, killed or not."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from support.local_run import run_here
from support.random_trees import region_trees
from support.shim_tasks import RUN, Tasks
from support.sources import tree_to_source
from support.traces import expected_trace

from flowc.ir.regions import RegionTree
from flowc.runtime_shim.contract import identity, step_prefix
from flowc.runtime_shim.stores import open_store

RUNS = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
KILLS = """
import os, time

def killed(step, at):
    name = f"{step} {at}"
    if name == open("victim").read() and not os.path.exists("dead"):
        open("dead", "w").close()
        os.kill(os.getppid(), 9)
        time.sleep(60)
    open("did", "a").write(name + "\\n")

"""


def tasks_of(tasks: Tasks) -> set[tuple[str, str]]:
    flow = tasks.plan["flow"]
    return {
        (step, at)
        for step in tasks.plan["steps"]
        for at in tasks.store.list(step_prefix(flow, RUN, step))
        if tasks.committed(step, at.rstrip("/"))
    }


@pytest.mark.slow
@settings(RUNS, max_examples=12)
@given(region_trees(max_steps=16), st.integers(0, 1000))
def test_any_flow(tree: RegionTree, seed: int) -> None:
    assume(tree.loops)
    expected = expected_trace(tree, seed)
    assume(len(expected) < 60)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = tree_to_source(tree, seed)
        tasks = Tasks.of_source(folder, source)
        tasks.run_fused()
        assert tasks_of(tasks) == expected
        local = (folder / "local").as_uri()
        assert run_here(tasks.code / "flow.py", tree.graph.name, local, run=RUN).succeeded
        check_equal(tasks, local, expected)


def check_equal(tasks: Tasks, root: str, expected: set[tuple[str, str]]) -> None:
    other = Tasks.__new__(Tasks)
    other.plan, other.store = tasks.plan, open_store(root)
    for step, at in expected:
        mine, theirs = tasks.record(step, at), other.record(step, at)
        assert mine["control"] == theirs["control"]
        assert mine["inputs"] == theirs["inputs"]
        assert {key: identity(entry) for key, entry in mine["artifacts"].items()} == {
            key: identity(entry) for key, entry in theirs["artifacts"].items()
        }


@pytest.mark.slow
@settings(RUNS, max_examples=8)
@given(region_trees(max_steps=12, gangs=False), st.integers(0, 1000), st.data())
def test_any_flow_killed_in_any_turn(tree: RegionTree, seed: int, data: st.DataObject) -> None:
    assume(tree.loops)
    expected = expected_trace(tree, seed)
    assume(len(expected) < 40)
    turns = sorted(task for task in expected if "~" in task[1])
    assume(turns)
    step, at = data.draw(st.sampled_from(turns))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        came = "        self.came = "
        source = tree_to_source(tree, seed).replace(came, f"        killed(current.step_name, current.task_id)\n{came}")
        source = source.replace("import FlowSpec, step\n", "import FlowSpec, current, step\n" + KILLS)
        (folder / "victim").write_text(f"{step} {at}")
        tasks = Tasks.of_source(folder, source)
        with pytest.raises(AssertionError):
            tasks.run_fused()
        assert (folder / "dead").exists()
        assert (step, at) not in tasks_of(tasks)
        tasks.run_fused(attempt=1, user_retries=1)
        assert tasks_of(tasks) == expected
        did = (folder / "did").read_text().splitlines()
        assert sorted(did) == sorted(" ".join(task) for task in expected)
