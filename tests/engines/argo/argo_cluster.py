"""What a test asks of the engine's API server: by lightkube, from a thread that stands on the engine's network."""

import base64
import gzip
import json
from collections.abc import Mapping
from typing import Any

from argo_configuration import NAMESPACE
from argo_engine import Engine
from httpx2 import Timeout
from lightkube import ApiError, Client, KubeConfig
from lightkube.generic_resource import create_namespaced_resource
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.batch_v1 import Job
from lightkube.resources.core_v1 import Pod
from lightkube.types import PatchType

API = "argoproj.io/v1alpha1"
Workflow = create_namespaced_resource("argoproj.io", "v1alpha1", "Workflow", "workflows")
WorkflowTemplate = create_namespaced_resource("argoproj.io", "v1alpha1", "WorkflowTemplate", "workflowtemplates")
CronWorkflow = create_namespaced_resource("argoproj.io", "v1alpha1", "CronWorkflow", "cronworkflows")
KINDS = {"Workflow": Workflow, "WorkflowTemplate": WorkflowTemplate, "CronWorkflow": CronWorkflow}
_PATIENCE_SECONDS = 120
"""A machine with other work can let the API server wait for a while."""
ENDED = ("Succeeded", "Failed", "Error")
NODE_ID = "workflows.argoproj.io/node-id"
_OF_JOB, _INDEX = "batch.kubernetes.io/job-name", "batch.kubernetes.io/job-completion-index"
_OF_WORKFLOW = "workflows.argoproj.io/workflow"


class Cluster:
    """The namespace of an engine. Raises lightkube's ApiError where the server refuses."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        config = KubeConfig.from_file(engine.kubeconfig)
        self.client = Client(config=config, namespace=NAMESPACE, field_manager="tests", timeout=Timeout(_PATIENCE_SECONDS))

    def create(self, manifest: Mapping[str, Any]) -> str:
        """Create an object of Argo's and return its name."""
        made = self.client.create(KINDS[manifest["kind"]].from_dict(dict(manifest)))
        return str(made.metadata.name)

    def submit(self, template: str, name: str, parameters: Mapping[str, str] | None = None) -> str:
        """Start a run of a WorkflowTemplate under this name and return the name."""
        values = [{"name": key, "value": value} for key, value in (parameters or {}).items()]
        spec: dict[str, Any] = {"workflowTemplateRef": {"name": template}}
        if values:
            spec["arguments"] = {"parameters": values}
        return self.create({"apiVersion": API, "kind": "Workflow", "metadata": {"name": name}, "spec": spec})

    def workflow(self, name: str) -> dict[str, Any]:
        """A workflow as the server has it."""
        found: dict[str, Any] = self.client.get(Workflow, name).to_dict()
        return found

    def workflows(self, labels: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        """Workflows with these labels."""
        return [found.to_dict() for found in self.client.list(Workflow, labels=dict(labels or {}))]

    def phase(self, name: str) -> str:
        """The phase of a workflow, empty before it has one."""
        return str((self.workflow(name).get("status") or {}).get("phase") or "")

    def wait(self, name: str, seconds: float) -> str:
        """Wait for the end of a workflow and return its phase; raises EngineFailed after `seconds`, with its nodes."""

        def ended() -> str:
            phase = self.phase(name)
            return phase if phase in ENDED else ""

        try:
            return self._engine.tree.until(f"the end of {name}", seconds, ended)
        except AssertionError as error:
            raise AssertionError(f"{name}: {self.describe(name)}\n{error}") from None

    def nodes(self, name: str) -> dict[str, dict[str, Any]]:
        """The nodes of a workflow by id, unpacked where the controller packed them."""
        status = self.workflow(name).get("status") or {}
        if packed := status.get("compressedNodes"):
            unpacked: dict[str, dict[str, Any]] = json.loads(gzip.decompress(base64.b64decode(packed)))
            return unpacked
        return status.get("nodes") or {}

    def pods(self, name: str) -> list[Pod]:
        """The pods of a workflow that exist."""
        return list(self.client.list(Pod, labels={_OF_WORKFLOW: name}))

    def job_pods(self, owner: str) -> list[tuple[Pod, str]]:
        """The pods of the indexed Jobs that an object of this uid owns, each with its index."""
        jobs = [job.metadata.name for job in self.client.list(Job) if owner in {each.uid for each in job.metadata.ownerReferences or []}]
        pods = [pod for job in jobs for pod in self.client.list(Pod, labels={_OF_JOB: job})]
        return [(pod, pod.metadata.annotations[_INDEX]) for pod in pods]

    def suspend_schedule(self, name: str) -> None:
        """Let a CronWorkflow start nothing more."""
        self.client.patch(CronWorkflow, name, {"spec": {"suspend": True}}, patch_type=PatchType.MERGE)

    def delete_pod(self, pod: str, *, grace_seconds: int | None = None) -> None:
        """Delete a pod; 0 seconds is what happens when its node is lost."""
        self.client.delete(Pod, pod, grace_period=grace_seconds)

    def log(self, pod: str, container: str = "main") -> str:
        """What a container has printed, or why that cannot be told."""
        try:
            return "".join(self.client.log(pod, container=container))
        except ApiError as error:
            return str(error)

    def describe(self, name: str) -> str:
        """Phase, message, nodes and the ends of the logs of pods that failed, for a test that fails."""
        status = self.workflow(name).get("status") or {}
        lines = [f"{status.get('phase')} {status.get('message', '')}"]
        for node in sorted(self.nodes(name).values(), key=lambda node: str(node.get("startedAt"))):
            lines.append(f"  {node['type']:9} {node.get('phase', ''):9} {node['name']} {node.get('message', '')}")
        for pod in self.pods(name):
            state = pod.status.phase if pod.status else None
            meta = pod.metadata or ObjectMeta()
            if state != "Succeeded":
                lines.append(f"--- {meta.name} {state}\n{self.log(str(meta.name))[-1500:]}")
        return "\n".join(lines)
