"""Names, labels and annotations that all objects of a flow have."""

from typing import Any, Final

from flowc.backends.argo.names import object_name
from flowc.backends.argo.options import ArgoOptions
from flowc.backends.base import Unit

API: Final = "argoproj.io/v1alpha1"
FLOW_LABEL: Final = "flowc/flow"
"""On every object and run of a flow: the name of its WorkflowTemplate."""
NAME_ANNOTATION: Final = "flowc/deployed-name"
"""The flow's deployed name, which can be longer than a label."""
MANAGED_BY: Final = "app.kubernetes.io/managed-by"


def metadata(unit: Unit[ArgoOptions], name: str, *, described: bool) -> dict[str, Any]:
    """Return the metadata of any object of a flow; `described`: with what the flow says of itself."""
    found: dict[str, Any] = {"name": name}
    namespace = namespace_of(unit.options)
    if namespace is not None:
        found["namespace"] = namespace
    found["labels"] = {MANAGED_BY: "flowc", FLOW_LABEL: object_name(unit.plan["flow"])}
    found["annotations"] = {NAME_ANNOTATION: unit.plan["flow"]}
    doc = (unit.tree.graph.doc or "").strip()
    if doc and described:
        found["annotations"]["workflows.argoproj.io/description"] = doc
    return found


def namespace_of(options: ArgoOptions) -> str | None:
    """Return the namespace of all objects, None where whoever applies them says it."""
    of_table = options.kubernetes.get("namespace")
    return options.namespace or (of_table if isinstance(of_table, str) and of_table else None)
