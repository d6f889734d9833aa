"""Trigger, status and terminate on Argo Workflows: a deployed flow is a WorkflowTemplate, a run is a Workflow of its name."""

import base64
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from flowc.backends.argo.cluster import Cluster
from flowc.backends.argo.deploy import owner_of
from flowc.backends.argo.metadata import API, FLOW_LABEL, MANAGED_BY, NAME_ANNOTATION, namespace_of
from flowc.backends.argo.names import object_name
from flowc.backends.argo.options import read_options, read_site
from flowc.backends.argo.run_parameters import text_of
from flowc.backends.operations import FlowState, RunState, StepState
from flowc.errors import EngineError, UsageError
from flowc.runtime_shim import contract
from flowc.settings import Settings

ENDED: Final = ("Succeeded", "Failed", "Error")
MAX_NAME: Final = 63
"""Characters of a Workflow's name: `workflow/validate` of Argo 4.0.5."""
_NAME: Final = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?\Z")


def connect(settings: Settings) -> "ArgoOperations":
    """Return the operations on the cluster of the settings; raises UsageError where there is none."""
    return ArgoOperations(Cluster(read_site(settings), namespace_of(read_options(settings))))


class ArgoOperations:
    """See `flowc.backends.operations.Operations`."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    def trigger(self, flow: str, run: str | None, parameters: Mapping[str, Any]) -> RunState:
        """Create a Workflow from the flow's template; the run id is its name, which the store must not have seen before."""
        self._template(flow)
        name = object_name(flow)
        if run is not None and not (_NAME.match(run) and len(run) <= MAX_NAME):
            raise UsageError(
                f"run id {run!r} is no name of a Workflow",
                help=f"use lower case letters, digits, dashes and dots, at most {MAX_NAME}, a letter or digit at both ends",
            )
        metadata: dict[str, Any] = {
            "labels": {MANAGED_BY: "flowc", FLOW_LABEL: name},
            "annotations": {NAME_ANNOTATION: flow},
        }
        metadata |= {"name": run} if run is not None else {"generateName": f"{name[: MAX_NAME - 6]}-"}
        spec: dict[str, Any] = {"workflowTemplateRef": {"name": name}}
        if parameters:
            spec["arguments"] = {"parameters": [{"name": key, "value": text_of(value)} for key, value in parameters.items()]}
        if run is not None and self.cluster.get("Workflow", run) is not None:
            raise EngineError(f"{flow} has a run {run!r} already", help="choose another --run-id")
        return self._state(self.cluster.create({"apiVersion": API, "kind": "Workflow", "metadata": metadata, "spec": spec}))

    def flow_state(self, flow: str, limit: int) -> FlowState:
        """Return the flow, paused where its schedule is suspended, and its latest runs."""
        self._template(flow)
        cron = self.cluster.get("CronWorkflow", object_name(flow))
        runs = self.cluster.list_labelled("Workflow", {FLOW_LABEL: object_name(flow)})
        runs.sort(key=lambda each: str(each["metadata"].get("creationTimestamp")), reverse=True)
        suspended = cron is not None and bool(cron["spec"].get("suspend"))
        return FlowState(flow=flow, paused=suspended, runs=tuple(self._state(each) for each in runs[:limit]))

    def run_state(self, flow: str, run: str) -> RunState:
        """Return one run with the states of its tasks."""
        return self._state(self._workflow(flow, run), steps=True)

    def terminate(self, flow: str, run: str) -> RunState:
        """Stop a run: its pods end, no more start, its exit hook runs."""
        before = self._state(self._workflow(flow, run))
        if before.ended:
            raise EngineError(f"run {run} of {flow} has ended already: {before.state}")
        return self._state(self.cluster.patch("Workflow", run, {"spec": {"shutdown": "Stop"}}))

    def _template(self, flow: str) -> Mapping[str, Any]:
        found = self.cluster.get("WorkflowTemplate", object_name(flow))
        if found is None or owner_of(found) != flow:
            where = f"namespace {self.cluster.namespace} of {self.cluster.server}"
            raise EngineError(f"{where} has no flow {flow}", help="deploy it first, or set argo.namespace and argo.context to where it is")
        return found

    def _workflow(self, flow: str, run: str) -> Mapping[str, Any]:
        found = self.cluster.get("Workflow", run)
        if found is None or (found["metadata"].get("labels") or {}).get(FLOW_LABEL) not in (None, object_name(flow)):
            self._template(flow)
            raise EngineError(
                f"{flow} has no run {run!r} in Argo", help="`flowc status` without --run-id lists them; finished ones may have been removed"
            )
        return found

    def _state(self, workflow: Mapping[str, Any], *, steps: bool = False) -> RunState:
        status = workflow.get("status") or {}
        phase = str(status.get("phase") or "Pending")
        return RunState(
            run=str(workflow["metadata"]["name"]),
            state=phase,
            ended=phase in ENDED,
            started_at=_moment(status.get("startedAt")),
            ended_at=_moment(status.get("finishedAt")),
            steps=_steps(status) if steps else (),
        )


def nodes_of(status: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """Return the nodes of a Workflow's status, which Argo packs (gzip, base64) once they grow large."""
    packed = status.get("compressedNodes")
    nodes = json.loads(gzip.decompress(base64.b64decode(packed))) if packed else status.get("nodes") or {}
    return list(nodes.values())


def _steps(status: Mapping[str, Any]) -> tuple[StepState, ...]:
    names = _step_names(status)
    began: dict[str, str] = {}
    counts: dict[str, Counter[str]] = {}
    retried = {child for node in nodes_of(status) if node.get("type") == "Retry" for child in node.get("children") or ()}
    for node in nodes_of(status):
        if node.get("type") not in ("Pod", "Retry") or node.get("id") in retried:
            continue
        template = node.get("templateName") or (node.get("templateRef") or {}).get("template") or node.get("displayName")
        name, start = names.get(str(template), str(template)), str(node.get("startedAt") or "~")
        began[name] = min(began.get(name, start), start)
        counts.setdefault(name, Counter())[str(node.get("phase") or "Pending")] += 1
    order = sorted(counts, key=lambda name: (began[name], name))
    return tuple(StepState(step=name, counts=dict(counts[name].most_common())) for name in order)


def _step_names(status: Mapping[str, Any]) -> dict[str, str]:
    """Steps by the names of their templates, as the run stored them."""
    stored = (status.get("storedWorkflowTemplateSpec") or {}).get("templates") or []
    stored = [*stored, *(status.get("storedTemplates") or {}).values()]
    found = {}
    for template in stored:
        for entry in (template.get("container") or {}).get("env") or ():
            if entry.get("name") == contract.STEP and entry.get("value") and template.get("name"):
                found[str(template["name"])] = str(entry["value"])
    return found


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if isinstance(text, str) else None
