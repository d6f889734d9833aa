"""What is emitted for every golden and example, held against Argo's own offline lint and the API server's full CRDs."""

from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from support.argo_cases import CASES, EVENTS
from support.argo_runs import RunningArgo
from support.evidence import Evidence

from flowc import api

pytestmark = [pytest.mark.argo, pytest.mark.slow]

LINTED = ("WorkflowTemplate", "CronWorkflow")


def test_every_file_is_accepted(argo: RunningArgo, tmp_path: Path, evidence: Evidence) -> None:
    overrides = {"root": "s3://bucket/prefix", "image": "registry.example/app:1", "argo.event_url": EVENTS}
    flows = list(dict.fromkeys(case.source for case in CASES))
    result = api.compile_flows(flows, ["argo"], overrides=overrides)
    result.raise_for_errors()
    files = [_write(tmp_path / manifest.path, manifest.text) for manifest in result.manifests if manifest.path.endswith(".yaml")]
    argo.engine.argoctl("lint", *_of_kinds(files, LINTED))
    argo.admit(_of_kinds(files, (*LINTED, "ServiceAccount", "Role", "RoleBinding")))
    for path, flow in flows:
        evidence.note("argo", "lints", "4.0.5", path, flow)


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def _of_kinds(files: Sequence[Path], kinds: Sequence[str]) -> list[Path]:
    return [path for path in files if {document["kind"] for document in yaml.safe_load_all(path.read_text())} <= set(kinds)]
