"""Flows for the Argo backend, from the one-line notation or a graph."""

from dataclasses import replace
from typing import Any

import yaml
from support.notation import parse_graph

from flowc.backends.argo import BACKEND
from flowc.backends.argo.options import ArgoOptions
from flowc.backends.base import Unit
from flowc.diagnostics import Report
from flowc.ir.graph import FlowGraph
from flowc.ir.plan import build_plan
from flowc.ir.regions import RegionTree
from flowc.ir.structure_regions import structure_regions

IMAGE = "registry.example/flows:1"


def tree_of(flow: str | FlowGraph) -> RegionTree:
    report = Report()
    tree = structure_regions(parse_graph(flow) if isinstance(flow, str) else flow, report)
    assert tree is not None, report.diagnostics
    return tree


def unit_of(flow: str | FlowGraph | RegionTree, **options: object) -> Unit[ArgoOptions]:
    tree = flow if isinstance(flow, RegionTree) else tree_of(flow)
    return Unit(
        tree=tree,
        plan=build_plan(tree),
        code="sha256:" + "c" * 64,
        source_digest="sha256:" + "5" * 64,
        options=replace(ArgoOptions(image=IMAGE, root="s3://bucket/prefix"), **options),  # type: ignore[arg-type]
    )


def objects_of(unit: Unit[ArgoOptions]) -> list[dict[str, Any]]:
    """The objects of Argo, without what else a cluster gets."""
    found = [item for manifest in BACKEND.emit(unit) for item in yaml.load_all(manifest.text, yaml.CSafeLoader)]
    return [item for item in found if item["apiVersion"] == "argoproj.io/v1alpha1"]


def templates_of(objects: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """All templates by name; those of WorkflowTemplates alone."""
    return {template["name"]: template for item in objects if item["kind"] == "WorkflowTemplate" for template in item["spec"]["templates"]}
