"""Any flow, run here, has the tasks that its region tree predicts, and each of them the history that its own code computed."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.random_trees import region_trees
from support.runs import run
from support.sources import tree_to_source
from support.traces import expected_trace

from flowc.ir.regions import RegionTree

RUNS = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def check(tree: RegionTree, seed: int, options: list[str]) -> None:
    name = tree.graph.name
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "flow.py"
        path.write_text(tree_to_source(tree, seed))
        ran = run(path, options=options)
        assert ran.code == 0, ran.said
        assert ran.tasks(name) == expected_trace(tree, seed)
        assert ran.end(name)["status"] == "succeeded"


@pytest.mark.slow
@settings(RUNS, max_examples=30)
@given(region_trees(), st.integers(0, 1000))
def test_forked(tree: RegionTree, seed: int) -> None:
    check(tree, seed, [])


@pytest.mark.slow
@settings(RUNS, max_examples=4)
@given(region_trees(max_steps=12), st.integers(0, 1000))
def test_isolated(tree: RegionTree, seed: int) -> None:
    check(tree, seed, ["--isolate"])
