"""`flowc deploy`, `trigger`, `status` and `terminate` as a person types them, on a real API server."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.argo_runs import EngineFailed, RunningArgo

pytestmark = pytest.mark.argo

FLOW = """\
import time
from flowc import FlowSpec, Parameter, schedule, step


@schedule(cron="0 2 * * *", timezone="Europe/Berlin")
class {name}(FlowSpec):
    seconds = Parameter("seconds", default=0)

    @step
    def start(self):
        time.sleep(self.seconds)
        self.seen = self.seconds
        self.next(self.end)

    @step
    def end(self):
        pass
"""


@pytest.fixture
def flow(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A scheduled flow of the test's own, named after it."""
    name = "".join(word.capitalize() for word in request.node.originalname.removeprefix("test_").split("_")[:4])
    path = tmp_path / f"{name}.py"
    path.write_text(FLOW.format(name=name))
    return path


def deploy(argo: RunningArgo, path: Path, *words: str, codes: tuple[int, ...] = (0,), **settings: Any) -> str:
    given = {"root": argo.root, "image": "localhost/flowc/app:1", "kubernetes.cpu": 0.02, "kubernetes.memory": 64, "kubernetes.disk": 10}
    assigned = [word for key, value in {**given, **settings}.items() for word in ("--set", f"{key}={json.dumps(value)}")]
    return argo.flowc("deploy", str(path), "--target", "argo", *words, *assigned, codes=codes)


def test_dry_run_writes_nothing(argo: RunningArgo, flow: Path) -> None:
    said = deploy(argo, flow, "--dry-run")
    assert "+++ WorkflowTemplate argo/dryrunwritesnothing (compiled)" in said
    assert "+++ CronWorkflow argo/dryrunwritesnothing (compiled)" in said
    assert "would upload: sha256:" in said
    assert "has no flow DryRunWritesNothing" in argo.flowc("status", str(flow), "--target", "argo", codes=(3,))


def test_second_deploy_changes_nothing(argo: RunningArgo, flow: Path) -> None:
    assert "created: CronWorkflow argo/seconddeploychangesnothing" in deploy(argo, flow)
    before = argo.engine.kubectl("get", "workflowtemplate", "seconddeploychangesnothing", "-o", "jsonpath={.metadata.resourceVersion}")
    said = deploy(argo, flow)
    assert "unchanged: WorkflowTemplate argo/seconddeploychangesnothing" in said
    assert "replaced" not in said
    after = argo.engine.kubectl("get", "workflowtemplate", "seconddeploychangesnothing", "-o", "jsonpath={.metadata.resourceVersion}")
    assert before == after


def test_somebody_elses_field_is_named(argo: RunningArgo, flow: Path) -> None:
    deploy(argo, flow)
    argo.engine.kubectl("patch", "workflowtemplate", "somebodyelsesfieldis", "--type=merge", '-p={"spec":{"entrypoint":"other"}}')
    said = deploy(argo, flow, codes=(3,))
    assert "conflict" in said
    assert "somebody else set .spec.entrypoint" in said


def test_somebody_elses_object_stays(argo: RunningArgo, flow: Path, tmp_path: Path) -> None:
    theirs = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "WorkflowTemplate",
        "metadata": {"name": "somebodyelsesobjectstays"},
        "spec": {"entrypoint": "a", "templates": [{"name": "a", "suspend": {}}]},
    }
    (tmp_path / "theirs.json").write_text(json.dumps(theirs))
    argo.engine.kubectl("create", "-f", tmp_path / "theirs.json")
    assert "WorkflowTemplate argo/somebodyelsesobjectstays was not made by flowc" in deploy(argo, flow, codes=(3,))


def test_what_is_gone_goes_on_request(argo: RunningArgo, flow: Path) -> None:
    deploy(argo, flow)
    flow.write_text(flow.read_text().replace('@schedule(cron="0 2 * * *", timezone="Europe/Berlin")\n', ""))
    said = deploy(argo, flow)
    assert "unchanged: CronWorkflow argo/whatisgonegoes" in said
    assert "--prune removes it; its runs" in said
    said = deploy(argo, flow, "--prune")
    assert "removed: CronWorkflow argo/whatisgonegoes" in said
    assert "CronWorkflow" not in deploy(argo, flow, "--prune")


def test_a_flow_has_an_account(argo: RunningArgo, flow: Path) -> None:
    """With the namespace known, the flow runs as itself, with no more rights than it needs."""
    said = deploy(argo, flow, **{"argo.namespace": "argo"})
    for kind in ("ServiceAccount", "Role", "RoleBinding"):
        assert f"created: {kind} argo/aflowhasan" in said
    run = argo.flowc("trigger", str(flow), "--target", "argo", "--seconds", "0").strip()
    assert argo.wait(run) == "Succeeded"
    assert {pod.spec.serviceAccountName for pod in argo.cluster.pods(run)} == {"aflowhasan"}
    able = ["auth", "can-i", "--as=system:serviceaccount:argo:aflowhasan"]
    assert argo.engine.kubectl(*able, "create", "workflowtaskresults.argoproj.io").strip() == "yes"
    with pytest.raises(EngineFailed):
        argo.engine.kubectl(*able, "list", "secrets")


def test_trigger_status_terminate(argo: RunningArgo, flow: Path) -> None:
    deploy(argo, flow)
    started = argo.flowc("trigger", str(flow), "--target", "argo", "--run-id", "long-one", "--seconds", "300")
    assert started.strip() == "long-one"
    assert "has a run 'long-one' already" in argo.flowc("trigger", str(flow), "--target", "argo", "--run-id", "long-one", codes=(3,))
    assert "is no name of a Workflow" in argo.flowc("trigger", str(flow), "--target", "argo", "--run-id", "Long_One", codes=(2,))
    argo.wait_until("a pod that runs", lambda: "1 Running" in argo.flowc("status", str(flow), "--target", "argo", "--run-id", "long-one"))
    logs = argo.flowc("logs", "TriggerStatusTerminate/long-one/start/r", "--root", argo.root, codes=(1,))
    assert "kubectl logs -n NAMESPACE -l workflows.argoproj.io/workflow=long-one -c main" in logs
    said = json.loads(argo.flowc("status", str(flow), "--target", "argo", "--format", "json"))
    assert (said["paused"], [run["run"] for run in said["runs"]]) == (False, ["long-one"])
    argo.flowc("terminate", str(flow), "--target", "argo", "--run-id", "long-one")
    assert argo.wait("long-one") == "Failed"
    said = argo.flowc("terminate", str(flow), "--target", "argo", "--run-id", "long-one", codes=(3,))
    assert "has ended already: Failed" in said


def test_files_for_gitops(argo: RunningArgo, flow: Path, tmp_path: Path) -> None:
    """What `flowc compile` writes is what `kubectl apply -k` takes."""
    words = ["--set", f"root={argo.root}", "--image", "localhost/flowc/app:1", "--set", "argo.namespace=argo"]
    argo.flowc("compile", str(flow), "--target", "argo", "-o", str(tmp_path / "build"), *words)
    applied = argo.engine.kubectl("apply", "--server-side", "-k", str(tmp_path / "build/argo/FilesForGitops"))
    assert sorted(line.split("/")[0] for line in applied.splitlines()) == [
        "cronworkflow.argoproj.io",
        "role.rbac.authorization.k8s.io",
        "rolebinding.rbac.authorization.k8s.io",
        "serviceaccount",
        "workflowtemplate.argoproj.io",
    ]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"argo.kubeconfig": "/nowhere/config"}, "there is no cluster to talk to"),
        ({"argo.context": "elsewhere"}, "there is no cluster to talk to"),
        ({"argo.namespace": "nowhere"}, "namespaces \\"),
    ],
)
def test_no_such_cluster_or_namespace(argo: RunningArgo, flow: Path, settings: dict[str, Any], said: str) -> None:
    found = deploy(argo, flow, codes=(2, 3), **settings)
    assert said.rstrip("\\ ") in found
    assert "help:" in found
    assert "Traceback" not in found
