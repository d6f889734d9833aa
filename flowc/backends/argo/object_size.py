"""How large the Workflow of a run becomes: Kubernetes and the controller take 1 MiB, and all templates are in it.

A run that starts from a WorkflowTemplate keeps its spec in `status.storedWorkflowTemplateSpec`, every template of another object that it
calls in `status.storedTemplates`, and its nodes packed (gzip, base64): workflow/util/packer of Argo.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

PACKED_NODE_BYTES: Final = 70
"""Of one node: 10,001 packed nodes were 0.73 MB, 30,001 were 1.78 MB."""


def run_bytes(objects: Sequence[dict[str, Any]], nodes: int) -> int:
    """Return the bytes of a run of the WorkflowTemplates `objects`, once `nodes` nodes are in its status."""
    first, *others = objects
    stored = sum(len(_json(template)) for item in others for template in item["spec"]["templates"])
    return len(_json(first["spec"])) + stored + nodes * PACKED_NODE_BYTES


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")
