"""Flows for the Airflow backend, from the one-line notation or from source."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from support.notation import parse_graph

from flowc.backends.airflow import BACKEND
from flowc.backends.airflow.lower import lower
from flowc.backends.airflow.model import Dag
from flowc.backends.airflow.options import AirflowOptions
from flowc.backends.base import Unit
from flowc.diagnostics import Report
from flowc.ir.graph import FlowGraph
from flowc.ir.plan import build_plan
from flowc.ir.regions import RegionTree
from flowc.ir.structure_regions import structure_regions


def tree_of(graph: FlowGraph) -> RegionTree:
    report = Report()
    tree = structure_regions(graph, report)
    assert tree is not None, report.diagnostics
    return tree


def unit_of(flow: str | FlowGraph, **options: object) -> Unit[AirflowOptions]:
    tree = tree_of(parse_graph(flow) if isinstance(flow, str) else flow)
    return Unit(
        tree=tree,
        plan=build_plan(tree),
        code="sha256:" + "c" * 64,
        source_digest="sha256:" + "5" * 64,
        options=replace(AirflowOptions(), **options),  # type: ignore[arg-type]
    )


def lowered(flow: str | FlowGraph) -> tuple[RegionTree, Dag]:
    unit = unit_of(flow)
    return unit.tree, lower(unit)


def text_of(unit: Unit[AirflowOptions]) -> str:
    [manifest] = BACKEND.emit(unit)
    return manifest.text


def complaints(folder: Path) -> str:
    """Return what ruff says, as a linter and as a formatter, about the DAG files in `folder`: nothing, if all is well."""
    ruff = str(Path(sys.executable).with_name("ruff"))
    options = ["--isolated", "--no-cache", "--line-length", "160", "--target-version", "py310", str(folder)]
    commands = [["check", "--quiet", "--select", "E,F,W,I,B,SIM,RUF"], ["format", "--quiet", "--diff"]]
    done = [subprocess.run([ruff, *command, *options], capture_output=True, text=True) for command in commands]
    return "".join(run.stdout + run.stderr for run in done)
