"""The list of a flow's files for `kubectl apply -k`, Argo CD and Flux: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/"""

from collections.abc import Sequence
from typing import Any, Final

NAME: Final = "kustomization.yaml"


def kustomization(paths: Sequence[str]) -> dict[str, Any]:
    """Return it for files of one folder, in the order in which they are applied."""
    return {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": list(paths)}
