"""Pods that the stand-in of the Kubernetes API was given, as text that no run, machine or version changes: the goldens of pods."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import kubernetes_validate
from support.flows import REPO

POSTED = REPO / "tests/conformance/airflow_pods/posted"
SECRETS = {"warehouse": {"WAREHOUSE": "$(not) expanded"}, "judge": {"JUDGE": "1"}}
"""What the stand-in knows, and so what the flow of `tests/data/airflow/pods` needs."""
_CHANGING = (
    (r"sha256:[0-9a-f]{64}", "sha256:…"),
    (r"manual__[0-9T:.+-]*[0-9]|(?<=\"FLOWC_RUN\", \"value\": \")[^\"]*", "manual__…"),
    (r'(?<="run_id": ")[^"]*', "…"),
    (r"TaskInstanceKey\([^)]*\)", "…"),
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "…"),
    (r'(?<="name": ")([a-z0-9-]+)-[a-z0-9]{8}(?=", "namespace")', r"\1-…"),
    (r'(?<="airflow_version": ")[^"]*', "…"),
)


def settings_for(cluster: Path) -> dict[str, Any]:
    """The settings of flows whose pods go to the stand-in in folder `cluster`."""
    return {
        "airflow.operator": "kubernetes",
        "image": "registry.example/flows:1",
        "airflow.kubernetes_config_file": f"{cluster}/kubeconfig",
        "kubernetes.namespace": "flows",
        "kubernetes.labels": {"team": "tests"},
    }


def environment(pod: Mapping[str, Any]) -> dict[str, str]:
    """The variables of the pod's own container."""
    return {variable["name"]: variable.get("value", "") for variable in pod["spec"]["containers"][0]["env"]}


def pods_of(posted: Iterable[dict[str, Any]], dag: str, run: str) -> list[dict[str, Any]]:
    """The pods of a run, in an order that does not depend on when they were posted."""
    pods = [pod for pod in posted if pod["metadata"]["labels"]["dag_id"] == dag and environment(pod)["FLOWC_RUN"] == run]
    return sorted(pods, key=lambda pod: [environment(pod)[name] for name in ("FLOWC_STEP", "FLOWC_AT", "FLOWC_ATTEMPT")])


def checked(pods: Iterable[dict[str, Any]], folder: Path, prefix: str = "") -> str:
    """Return the pods as a golden has them; raises what Kubernetes' own strict schemas, 1.25 and 1.37, have against one.

    folder: the site, whose path changes. prefix: what stands before the flow's name in its deployed name.
    """
    found = []
    for pod in pods:
        for version in ("1.25", "1.37"):
            kubernetes_validate.validate(pod, version, strict=True)
        found.append(_normal(pod, folder, prefix))
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def _normal(pod: dict[str, Any], folder: Path, prefix: str) -> Any:
    text = json.dumps(pod, ensure_ascii=False).replace(str(folder), "/site")
    if prefix:
        text = text.replace(f'"{prefix}.', '"').replace(f'"{prefix}-', '"')
    for pattern, word in _CHANGING:
        text = re.sub(pattern, word, text)
    return json.loads(text)
