"""A gang as an indexed Job of Kubernetes: its members are pods that start together, and the Job's own id names the attempt.

The first member that fails ends the Job and the others; Argo's next attempt makes another Job.
https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from flowc.backends.argo.model import StepTemplate
from flowc.backends.argo.options import ArgoOptions
from flowc.backends.argo.yaml_text import Inline, InlineList, to_yaml
from flowc.backends.pods.fragment import escape_references, pod_metadata, pod_spec
from flowc.runtime_shim import contract

INDEX: Final = "JOB_COMPLETION_INDEX"
COUNT: Final = "{{inputs.parameters.count}}"
_ANNOTATION: Final = "metadata.annotations['batch.kubernetes.io/job-completion-index']"
_JOB_UID: Final = "metadata.labels['batch.kubernetes.io/controller-uid']"
_NUMBER: Final = re.compile(r'"(\{\{inputs\.parameters\.count\}\})"')
_DEADLINE_MARGIN: Final = 60
"""Seconds after the Job's own deadline until Argo gives it up."""


def gang_parts(step: StepTemplate, shared: Sequence[Inline], options: ArgoOptions, labels: dict[str, str]) -> dict[str, Any]:
    """Return what a template of a gang has in place of a container; `shared` are the variables that every step has."""
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"generateName": f"{{{{workflow.name}}}}-{step.name}-", "labels": labels},
        "spec": {
            "completionMode": "Indexed",
            "completions": COUNT,
            "parallelism": COUNT,
            "backoffLimit": 0,
            **({"activeDeadlineSeconds": step.deadline_seconds} if step.deadline_seconds is not None else {}),
            "template": _pod(step, shared, options, labels),
        },
    }
    found: dict[str, Any] = {}
    if step.deadline_seconds is not None:
        found["activeDeadlineSeconds"] = step.deadline_seconds + _DEADLINE_MARGIN
    # Kubernetes wants numbers there, and Argo completes the text of the manifest.
    manifest = _NUMBER.sub(r"\1", to_yaml([job]))
    found["resource"] = {
        "action": "create",
        "setOwnerReference": True,
        "successCondition": f"status.succeeded == {COUNT}",
        "failureCondition": "status.failed > 0",
        "manifest": manifest,
    }
    return found


def _pod(step: StepTemplate, shared: Sequence[Inline], options: ArgoOptions, labels: dict[str, str]) -> dict[str, Any]:
    spec = pod_spec(step.pod)
    (base,) = spec["containers"]
    own = {name: value for name, value in step.environment if name != contract.AT}
    env = [
        Inline(name=INDEX, valueFrom={"fieldRef": {"fieldPath": _ANNOTATION}}),
        *shared,
        *(Inline(name=name, value=value) for name, value in own.items()),
        Inline(name=contract.AT, value=f"{{{{inputs.parameters.at}}}}.$({INDEX})"),
        Inline(name=contract.GANG, value=f"$({INDEX})/{COUNT}"),
        Inline(name=contract.GANG_NONCE, valueFrom={"fieldRef": {"fieldPath": _JOB_UID}}),
        Inline(name=contract.ADDRESS, valueFrom={"fieldRef": {"fieldPath": "status.podIP"}}),
        *(Inline(entry) for entry in base.pop("env", [])),
    ]
    container = {
        "name": "main",
        "image": base.pop("image"),
        "command": InlineList((escape_references(step.pod.python), "-m", "flowc.runtime_shim")),
        "args": InlineList((step.verb, step.argument)),
        "env": env,
        **{key: value for key, value in base.items() if key != "name"},
    }
    secrets = dict.fromkeys([*options.pull_secrets, *step.pod.pull_secrets])
    said = ("containers", "serviceAccountName", "imagePullSecrets", "restartPolicy")
    whole: dict[str, Any] = {
        "restartPolicy": "Never",
        "serviceAccountName": step.pod.service_account or options.service_account,
        "priorityClassName": options.pod_priority_class,
        "imagePullSecrets": [Inline(name=name) for name in secrets] or None,
        **{key: value for key, value in spec.items() if key not in said},
        "containers": [container],
    }
    metadata = pod_metadata(step.pod)
    metadata.pop("namespace", None)
    metadata["labels"] = {**labels, **metadata.get("labels", {})}
    return {"metadata": metadata, "spec": {key: value for key, value in whole.items() if value is not None}}
