"""What we read is what Metaflow has after importing: its tutorials, and our own flows with `flowc` spelt `metaflow`."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from support.flows import REPO

from flowc.diagnostics.codes import NAME_NOT_OFFERED
from flowc.diagnostics.model import Report
from flowc.frontend import read_flows
from flowc.ir.graph import FlowGraph, NextForeach, NextGang, NextSwitch

METAFLOW = Path(os.environ.get("FLOWC_METAFLOW_PYTHON", REPO / ".venvs/metaflow/bin/python"))
SCRIPT = REPO / "tests" / "support" / "metaflow_graph.py"
READINGS = REPO / "tests" / "data" / "frontend" / "readings"
OURS = ["inheritance", "mixed_orders", "several_flows", "started_base", "marked_ends", "single_step", "switches"]

pytestmark = [pytest.mark.metaflow, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _metaflow_is_there() -> None:
    assert METAFLOW.exists(), f"Metaflow is not installed at {METAFLOW}: make engines"


def test_tutorials() -> None:
    found = subprocess.run([METAFLOW, "-c", "import metaflow; print(metaflow.__file__)"], capture_output=True, text=True, check=True)
    tutorials = sorted(Path(found.stdout.strip()).parent.glob("tutorials/*/*.py"))
    assert len(tutorials) >= 6
    for path in tutorials:
        report = Report()
        [flow] = read_flows(path, report).flows
        assert {found.code for found in report.diagnostics} <= {NAME_NOT_OFFERED}
        assert summary(flow) == metaflow_summary(path, flow.name)


@pytest.mark.parametrize("name", OURS)
def test_own_flows(name: str, tmp_path: Path) -> None:
    shutil.copytree(READINGS / name, tmp_path, dirs_exist_ok=True)
    for path in tmp_path.rglob("*.py"):
        path.write_text(path.read_text().replace("flowc", "metaflow"))
    flows = read_flows(tmp_path / "flow.py", Report(), project_root=tmp_path).flows
    assert flows
    for flow in flows:
        assert summary(flow) == metaflow_summary(tmp_path / "flow.py", flow.name)


def metaflow_summary(path: Path, name: str) -> dict[str, object]:
    """Return what Metaflow has of the flow; raises where it refuses to import it."""
    environment = {**os.environ, "METAFLOW_USER": "someone", "HOME": str(path.parent)}
    done = subprocess.run([METAFLOW, SCRIPT, path, name], capture_output=True, text=True, env=environment, cwd=path.parent)
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout.strip().split("\n")[-1])
    return found


def summary(flow: FlowGraph) -> dict[str, object]:
    """Return the flow in the shape that `metaflow_graph.py` prints."""
    steps = {}
    for step in flow.steps:
        transition = step.transition
        steps[step.name] = {
            "inputs": step.inputs,
            "next": [edge.target for edge in step.edges],
            "foreach": transition.over if isinstance(transition, NextForeach) else None,
            "condition": transition.condition if isinstance(transition, NextSwitch) else None,
            "cases": [[case.key, case.edge.target] for case in transition.cases] if isinstance(transition, NextSwitch) else [],
            "parallel": isinstance(transition, NextGang),
            "line": step.span.line,
            "decorators": sorted(found.name for found in step.decorators if found.origin == "flowc"),
        }
    return {
        "start": flow.start,
        "end": flow.end,
        "steps": steps,
        "parameters": sorted([found.attribute, found.name] for found in flow.parameters),
        "configs": sorted([found.attribute, found.name] for found in flow.configs),
        "decorators": sorted(found.name for found in flow.decorators),
    }
