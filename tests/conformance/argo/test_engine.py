"""The engine itself, before any flow: manifests written by hand run, and files that are wrong are refused by each who should."""

from pathlib import Path

import pytest
import yaml
from support.argo_runs import NODE_ID, PATIENCE_SECONDS, EngineFailed, RunningArgo

pytestmark = [pytest.mark.argo, pytest.mark.slow]

SMALL = Path(__file__).parent / "manifests/small.yaml"


def test_a_workflow_runs_to_its_end(argo: RunningArgo) -> None:
    folder = argo.make_folder("small")
    document = yaml.safe_load(SMALL.read_text())
    document["spec"]["arguments"]["parameters"] = [{"name": "folder", "value": str(folder)}]
    name = argo.cluster.create(document)
    assert argo.cluster.wait(name, PATIENCE_SECONDS) == "Succeeded", argo.cluster.describe(name)
    written = {path.name: path.read_text() for path in folder.iterdir()}
    assert set(written) == {"r.0", "r.1", "r.2", "right", "end-0", "end-1"}
    pods = {pod.metadata.uid: pod.metadata.annotations[NODE_ID] for pod in argo.cluster.pods(name)}
    nodes = argo.cluster.nodes(name)
    assert {nodes[pods[uid]]["type"] for uid in written.values()} == {"Pod"}


def test_lint_reads_what_admission_does_not(argo: RunningArgo, tmp_path: Path) -> None:
    document = yaml.safe_load(SMALL.read_text())
    document["spec"]["arguments"]["parameters"] = [{"name": "folder", "value": "/"}]
    good = tmp_path / "good.yaml"
    good.write_text(yaml.safe_dump(document))
    argo.engine.argoctl("lint", good)
    argo.admit([good])

    document["spec"]["templates"][0]["dag"]["tasks"][1]["depends"] = "nobody"
    undefined = tmp_path / "undefined.yaml"
    undefined.write_text(yaml.safe_dump(document))
    argo.admit([undefined])
    with pytest.raises(EngineFailed, match="nobody"):
        argo.engine.argoctl("lint", undefined)


def test_admission_refuses_unknown_fields_and_too_many_tasks(argo: RunningArgo, tmp_path: Path) -> None:
    document = yaml.safe_load(SMALL.read_text())
    document["spec"]["templates"][0]["dag"]["tusks"] = []
    unknown = tmp_path / "unknown.yaml"
    unknown.write_text(yaml.safe_dump(document))
    with pytest.raises(EngineFailed, match=r"spec.templates\[0\].dag.tusks: field not declared"):
        argo.admit([unknown])

    document = yaml.safe_load(SMALL.read_text())
    document["spec"]["templates"][0]["dag"]["tasks"] = [{"name": f"t{index}", "template": "start"} for index in range(201)]
    many = tmp_path / "many.yaml"
    many.write_text(yaml.safe_dump(document))
    with pytest.raises(EngineFailed, match="must have at most 200 items"):
        argo.admit([many])
