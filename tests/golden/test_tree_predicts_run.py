"""The region tree predicts every run: walked with the choices and widths that the run recorded, it visits exactly the tasks that committed.

For flows that Metaflow refuses this is the expected trace; for the others it stands beside Metaflow's own.
"""

import json
from pathlib import Path

import pytest
from support.flows import Sample, example_flows, golden_flows
from support.local_run import run_here
from support.walk_tree import Walk

from flowc import api

SAMPLES = [sample for sample in [*golden_flows(), *example_flows()] if sample.name != "fails"]


@pytest.mark.slow
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_tree_predicts_run(sample: Sample, tmp_path: Path) -> None:
    trace = run_here(sample.path, sample.flow, f"file://{tmp_path}/store")
    assert trace.succeeded, trace.said
    controls = {
        (path.parent.parent.name, path.parent.name): json.loads(path.read_bytes())["control"]
        for path in (tmp_path / "store" / sample.flow / "runs" / "r1").glob("*/*/commit")
    }
    tree = api.check(sample.path).flow.tree
    assert tree is not None
    walk = Walk(tree, lambda step, at, targets: controls[step, at]["next"], lambda step, at: controls[step, at]["count"])
    walk.run()
    assert set(walk.tasks) == set(controls) == set(trace.tasks)
