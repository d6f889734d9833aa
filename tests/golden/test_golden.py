"""What flowc makes of every golden flow: its region tree, and each target's files or refusal. `make golden` writes them anew."""

from pathlib import Path

import pytest
from support.flows import REPO, Sample, golden_flows

from flowc import api
from flowc.diagnostics.render import render
from flowc.ir.printer import print_tree


@pytest.mark.parametrize("sample", golden_flows(), ids=lambda sample: sample.name)
def test_region_tree_stays(sample: Sample, update_goldens: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPO)
    result = api.check(sample.path.relative_to(REPO))
    result.raise_for_errors()
    tree = result.flow.tree
    assert tree is not None
    warnings = render(result.diagnostics, result.sources, format="concise")
    same(sample.path.with_name("ir.txt"), print_tree(tree) + ("\n" + warnings if warnings else "\n"), update=update_goldens)


@pytest.mark.parametrize("sample", golden_flows(), ids=lambda sample: sample.name)
def test_airflow_file_stays(sample: Sample, update_goldens: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPO)
    result = api.compile_flows([sample.path.relative_to(REPO)], targets=["airflow"])
    emitted, refused = sample.path.with_name("airflow.py"), sample.path.with_name("airflow.refused.txt")
    if result.ok:
        [manifest] = result.manifests
        same(emitted, manifest.text, update=update_goldens)
        assert not refused.exists() or update_goldens, "compiled, but a refusal is on disk"
        if update_goldens:
            refused.unlink(missing_ok=True)
    else:
        assert not result.manifests, "a refused flow wrote files"
        same(refused, render(result.diagnostics, result.sources, format="full"), update=update_goldens)
        assert not emitted.exists() or update_goldens, "refused, but a file is on disk"
        if update_goldens:
            emitted.unlink(missing_ok=True)


STEP_FUNCTIONS = {"root": "s3://flows/prod", "image": "registry.example/flows:1", "stepfunctions.job_queue": "flows"}
BESIDE_THE_MACHINE = ("schedule",)
"""The flows whose other files of Step Functions are kept too: they hardly differ."""


@pytest.mark.parametrize("sample", golden_flows(), ids=lambda sample: sample.name)
def test_state_machine_stays(sample: Sample, update_goldens: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPO)
    result = api.compile_flows([sample.path.relative_to(REPO)], targets=["stepfunctions"], overrides=STEP_FUNCTIONS)
    folder, refused = sample.path.parent, sample.path.with_name("stepfunctions.refused.txt")
    made = {Path(manifest.path).name: manifest.text for manifest in result.manifests}
    kept = [name for name in made if name == "state-machine.asl.json" or sample.name in BESIDE_THE_MACHINE]
    for name in kept:
        same(folder / name, made[name], update=update_goldens)
    if not result.ok:
        same(refused, render(result.diagnostics, result.sources, format="full"), update=update_goldens)
    files = ("state-machine.asl.json", "job-definitions.json", "deployment.json", "iam-policies.json", refused.name)
    here = {name for name in files if (folder / name).exists()}
    assert here == set(kept if result.ok else [refused.name]), "a file is on disk that was not made"


ARGO = {"root": "s3://flows/prod", "image": "registry.example/flows:1"}
ARGO_EVENTS = {"triggered": {"argo.event_url": "http://flowc-eventsource-svc.argo-events:12000/flowc", "argo.namespace": "flows"}}


@pytest.mark.parametrize("sample", golden_flows(), ids=lambda sample: sample.name)
def test_argo_files_stay(sample: Sample, update_goldens: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPO)
    settings = {**ARGO, **ARGO_EVENTS.get(sample.name, {})}
    result = api.compile_flows([sample.path.relative_to(REPO)], targets=["argo"], overrides=settings)
    result.raise_for_errors()
    made = {_argo_name(Path(manifest.path).name): manifest.text for manifest in result.manifests}
    if sample.name not in ARGO_EVENTS:
        del made["argo.kustomization.yaml"]
    for name, text in made.items():
        same(sample.path.with_name(name), text, update=update_goldens)
    here = {path.name for path in sample.path.parent.glob("argo*.yaml")}
    assert here == set(made), "a file is on disk that was not made"


def _argo_name(name: str) -> str:
    return "argo.yaml" if name == "workflow-template.yaml" else f"argo.{name}"


def same(path: Path, text: str, *, update: bool) -> None:
    """Assert that `path` holds `text`, or write it."""
    if update:
        path.write_text(text, encoding="utf-8")
    assert path.exists(), f"{path.relative_to(REPO)} is missing: make golden"
    assert text == path.read_text(encoding="utf-8")
