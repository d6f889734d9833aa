"""Every golden flow and example, run by Metaflow itself and by `flowc run`: same tasks, same artifacts, same verdict, same graph."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from support.flows import REPO, Sample, example_flows, golden_flows
from support.local_run import run_here

pytestmark = [pytest.mark.metaflow, pytest.mark.slow]

METAFLOW = Path(os.environ.get("FLOWC_METAFLOW_PYTHON", REPO / ".venvs/metaflow/bin/python"))
REFUSED = {
    "switch_into_join": "A conditional path cannot lead directly to a join step",
}
"""Golden flows that Metaflow refuses, with its words; flows that import flowc are beyond Metaflow by what they say of themselves."""

SAMPLES = [sample for sample in [*golden_flows(), *example_flows()] if sample.for_metaflow]


def by_metaflow(sample: Sample, folder: Path) -> dict:
    """Run the flow by Metaflow, in a copy of its folder whose imports say metaflow."""
    for file in sample.path.parent.iterdir():
        if file.is_file():
            text = file.read_bytes()
            (folder / file.name).write_bytes(text.replace(b"from flowc import", b"from metaflow import") if file.suffix == ".py" else text)
    script = REPO / "tests/engines/metaflow/trace.py"
    done = subprocess.run([METAFLOW, script, folder / sample.path.name, sample.flow], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def rows(tasks: list[tuple[str, tuple[int, ...], dict[str, str]]]) -> Counter:
    """Tasks as a multiset: a loop's turns have one index, their artifacts tell them apart."""
    return Counter((step, index, tuple(sorted(artifacts.items()))) for step, index, artifacts in tasks)


def graph_by_flowc(sample: Sample) -> list[tuple]:
    """Return the graph as `flowc graph` tells it, under Metaflow's names of step types."""
    command = [sys.executable, "-m", "flowc", "graph", "--format", "json", str(sample.path)]
    shown = subprocess.run(command, capture_output=True, text=True, check=True)
    names = {"parallel": "foreach", "switch": "split-switch"}
    steps = json.loads(shown.stdout)["flow"]["steps"]
    return sorted(
        (step["name"], names.get(step["type"], step["type"]), step["inputs"], step["next"], step["foreach"] or "", step["condition"] or "")
        for step in steps
    )


def graph_by_metaflow(graph: list[dict]) -> list[tuple]:
    """Return Metaflow's own graph as the same rows."""
    return sorted(
        (node["name"], node["type"], node["inputs"], node["next"], node["foreach"] or "", node["condition"] or "") for node in graph
    )


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_same_as_metaflow(sample: Sample, tmp_path: Path) -> None:
    assert METAFLOW.exists(), f"Metaflow is not installed at {METAFLOW}: make engines"
    (tmp_path / "theirs").mkdir()
    theirs = by_metaflow(sample, tmp_path / "theirs")
    ours = run_here(sample.path, sample.flow, f"file://{tmp_path}/store")
    if sample.name in REFUSED:
        assert theirs["status"] == "refused"
        assert REFUSED[sample.name] in theirs["said"]
        return
    assert theirs["status"] == ("succeeded" if ours.succeeded else "failed"), theirs["said"] + ours.said
    assert graph_by_flowc(sample) == graph_by_metaflow(theirs["graph"])
    expected = rows([(task["step"], tuple(task["index"]), task["artifacts"]) for task in theirs["tasks"]])
    seen = rows([(step, tuple(int(i) for i in re.findall(r"\.(\d+)", at)), values) for (step, at), values in ours.tasks.items()])
    if ours.succeeded:
        assert seen == expected
    else:
        assert {step for step, *_ in expected} <= {step for step, *_ in seen}, "which siblings of a failure finish is a race in Metaflow"


BEYOND = [sample for sample in golden_flows() if not sample.for_metaflow]


@pytest.mark.parametrize("sample", BEYOND, ids=lambda sample: sample.name)
def test_metaflow_refuses_what_we_list_as_beyond_it(sample: Sample, tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    assert by_metaflow(sample, tmp_path / "theirs")["status"] == "refused"
