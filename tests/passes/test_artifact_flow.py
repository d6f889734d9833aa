"""What is said of missing artifacts, against a walk over every way through small flows."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from support.artifact_flows import ArtifactFlow, artifact_flows, ways_of
from support.local_run import run_here

from flowc.diagnostics import Report, Severity
from flowc.frontend import read_flows
from flowc.ir.artifact_flow import trace_artifacts
from flowc.ir.effects import MemberRead
from flowc.ir.passes.check_artifacts import check_artifacts
from flowc.ir.structure_regions import structure_regions

LATER = ("FLC331", "FLC332", "FLC333", "FLC335")


@given(artifact_flows())
@settings(max_examples=150, deadline=None)
def test_faults_are_those_of_every_way(tmp_path_factory: pytest.TempPathFactory, flow: ArtifactFlow) -> None:
    path = tmp_path_factory.getbasetemp() / "drawn.py"
    path.write_text(flow.source())
    [graph] = read_flows(path, Report()).flows
    tree = structure_regions(graph, Report())
    if tree is None:
        return
    ways = ways_of(flow)
    always = {key for key, every in ways.missing.items() if every}
    faults = [fault for fault in trace_artifacts(tree).faults if fault.sure]
    surely = {(fault.step, fault.name) for fault in faults if fault.absent}
    assert {(fault.step, fault.name) for fault in faults} <= set(ways.missing)
    if not tree.loops:
        assert surely == always

    report = Report()
    check_artifacts(graph, tree, report)
    without = {
        (step.name, effect.span)
        for step in graph.steps
        for effect in step.effects
        if isinstance(effect, MemberRead)
        if any(join == step.name and all(effect.name not in state for state in states) for (join, _), states in ways.branches.items())
    }
    errors = [found for found in report.diagnostics if found.severity is Severity.ERROR]
    reported = {found.span for found in errors if found.code.id == "FLC325"}
    assert reported <= {span for _, span in without}
    assert bool(errors) == bool(surely or without or any(not fault.absent for fault in faults if fault.step in tree.loops)) or tree.loops


@pytest.mark.slow
@given(artifact_flows())
@settings(max_examples=12, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
def test_runs_fail_where_it_is_said(tmp_path: Path, flow: ArtifactFlow) -> None:
    path = tmp_path / "drawn.py"
    path.write_text(flow.source())
    (tmp_path / "flowc.toml").write_text("[severity]\n" + "".join(f'{code} = "off"\n' for code in ("FLC325", "FLC330", *LATER)))
    [graph] = read_flows(path, Report()).flows
    tree = structure_regions(graph, Report())
    if tree is None or tree.loops:
        return
    report = Report()
    check_artifacts(graph, tree, report)
    errors = {found.span.line for found in report.diagnostics if found.severity is Severity.ERROR}
    missing = ways_of(flow).missing
    for seed in range(2):
        root = f"{tmp_path}/store{sum(1 for _ in tmp_path.iterdir())}"
        trace = run_here(path, "Drawn", root, parameters=["--seed", str(seed)])
        failed = re.search(r"has no artifact '(\w)' in step '(\w+)'", trace.said)
        assert trace.succeeded == (failed is None), trace.said
        reached = {step for step, _ in trace.tasks}
        for step in graph.steps:
            lines = set(range(step.body_span.line, step.body_span.end_line + 1))
            assert not (step.name in reached and lines & errors), f"{step.name} runs"
        asked = failed is not None and any(act.kind == "ask" and act.name == failed[1] for act in flow.acts[failed[2]])
        if failed is not None and "each." not in trace.said and not asked:
            assert (failed[2], failed[1]) in missing
            assert not missing[failed[2], failed[1]] or errors
