"""A pod in the words of Kubernetes: plain dictionaries in the order in which people write them, nothing empty in them.

Field names of https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.34/; those used here exist since 1.20.
"""

from collections.abc import Mapping
from typing import Any

from flowc.backends.pods.model import Mount, Pod, Security, Toleration

CONTAINER = "base"
"""The container of the step, by the name that Airflow's operator looks for."""


def pod_template(pod: Pod) -> dict[str, Any]:
    """Return `pod` as a pod template: metadata where it has any, and its spec."""
    return _without_empty({"metadata": pod_metadata(pod), "spec": pod_spec(pod)})


def pod_metadata(pod: Pod) -> dict[str, Any]:
    """Return namespace, labels and annotations, those that the step asks for."""
    return _without_empty({"namespace": pod.namespace, "labels": dict(pod.labels), "annotations": dict(pod.annotations)})


def pod_spec(pod: Pod) -> dict[str, Any]:
    """Return the spec, with `container` in it. The engine restarts nothing: attempts are the scheduler's."""
    return _without_empty(
        {
            "containers": [container(pod)],
            "volumes": volumes(pod),
            "restartPolicy": "Never",
            "serviceAccountName": pod.service_account,
            "imagePullSecrets": [{"name": name} for name in pod.pull_secrets],
            "nodeSelector": dict(pod.node_selector),
            "tolerations": [_toleration(toleration) for toleration in pod.tolerations],
        }
    )


def container(pod: Pod) -> dict[str, Any]:
    """Return the container, without the command and the variables that say which step to run: those are the backend's."""
    return _without_empty(
        {
            "name": CONTAINER,
            "image": pod.image,
            "imagePullPolicy": pod.pull_policy,
            "ports": [] if pod.port is None else [{"containerPort": pod.port}],
            "env": [{"name": name, "value": escape_references(value)} for name, value in pod.environment],
            "envFrom": [{"secretRef": {"name": name}} for name in pod.secrets],
            "resources": _without_empty({"requests": dict(pod.requests), "limits": dict(pod.limits)}),
            "volumeMounts": [{"name": mount.volume, "mountPath": mount.path} for mount in pod.mounts],
            "securityContext": _security(pod.security),
        }
    )


def volumes(pod: Pod) -> list[dict[str, Any]]:
    """Return the volumes that the mounts of `pod` name, each once."""
    return list({mount.volume: _volume(mount) for mount in pod.mounts}.values())


def escape_references(text: str) -> str:
    """Return what `env`, `command` or `args` must hold so that the container gets `text`.

    Kubernetes replaces `$(NAME)` there and makes `$$` one dollar:
    https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
    """
    return text.replace("$", "$$") if "$(" in text or "$$" in text else text


def _volume(mount: Mount) -> dict[str, Any]:
    if mount.claim is not None:
        return {"name": mount.volume, "persistentVolumeClaim": {"claimName": mount.claim}}
    if mount.mebibytes is None:
        return {"name": mount.volume, "emptyDir": {}}
    return {"name": mount.volume, "emptyDir": {"medium": "Memory", "sizeLimit": f"{mount.mebibytes}Mi"}}


def _toleration(toleration: Toleration) -> dict[str, Any]:
    return _without_none(
        {
            "key": toleration.key,
            "operator": toleration.operator,
            "value": toleration.value,
            "effect": toleration.effect,
            "tolerationSeconds": toleration.seconds,
        }
    )


def _security(security: Security) -> dict[str, Any]:
    capabilities = _without_empty({"add": list(security.add_capabilities), "drop": list(security.drop_capabilities)})
    return _without_none(
        {
            "privileged": security.privileged,
            "allowPrivilegeEscalation": security.allow_privilege_escalation,
            "readOnlyRootFilesystem": security.read_only_root_filesystem,
            "runAsUser": security.run_as_user,
            "runAsGroup": security.run_as_group,
            "runAsNonRoot": security.run_as_non_root,
            "capabilities": capabilities or None,
        }
    )


def _without_none(table: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in table.items() if value is not None}


def _without_empty(table: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in table.items() if value is not None and value not in ({}, [], ())}
