"""From the model of a flow to the objects that Kubernetes holds: WorkflowTemplates, in the words of Argo."""

from collections.abc import Mapping
from typing import Any

from flowc.backends.argo.access import pod_account
from flowc.backends.argo.emit_templates import dag_template, step_template
from flowc.backends.argo.lower import Flow
from flowc.backends.argo.metadata import API as API
from flowc.backends.argo.metadata import FLOW_LABEL as FLOW_LABEL
from flowc.backends.argo.metadata import MANAGED_BY as MANAGED_BY
from flowc.backends.argo.metadata import NAME_ANNOTATION as NAME_ANNOTATION
from flowc.backends.argo.metadata import metadata
from flowc.backends.argo.metadata import namespace_of as namespace_of
from flowc.backends.argo.names import EXIT, MAIN, object_name
from flowc.backends.argo.options import ArgoOptions
from flowc.backends.argo.template_defaults import take_defaults
from flowc.backends.argo.yaml_text import Inline
from flowc.backends.base import Unit
from flowc.runtime_shim import contract


def workflow_templates(unit: Unit[ArgoOptions], flow: Flow) -> list[dict[str, Any]]:
    """Return the WorkflowTemplates of a flow: first the one that runs start from, then those that only hold more templates."""
    options = unit.options
    names = [*(dag.name for dag in flow.dags), *(step.name for step in flow.steps)]
    objects = {name: part_name(unit, place // options.max_templates) for place, name in enumerate(names)}
    shared = [Inline(entry) for entry in _shared_environment(unit)]
    labels = {FLOW_LABEL: object_name(unit.plan["flow"])}
    steps = [step_template(step, options, shared, labels) for step in flow.steps]
    defaults = take_defaults([template for template in steps if "container" in template])
    container = defaults.get("container", {})
    defaults["container"] = {**{key: container[key] for key in ("image", "imagePullPolicy", "command") if key in container}, "env": shared}
    defaults["container"] |= {key: value for key, value in container.items() if key not in defaults["container"]}
    made: dict[str, list[dict[str, Any]]] = {}
    for dag in flow.dags:
        made.setdefault(objects[dag.name], []).append(dag_template(dag, objects, objects[dag.name]))
    for template in steps:
        made.setdefault(objects[template["name"]], []).append(template)
    found: list[dict[str, Any]] = []
    for name, templates in made.items():
        spec = _run_spec(unit, flow, objects) if not found else {}
        spec |= {"templateDefaults": defaults, "templates": templates}
        found.append({"apiVersion": API, "kind": "WorkflowTemplate", "metadata": metadata(unit, name, described=not found), "spec": spec})
    return found


def part_name(unit: Unit[ArgoOptions], part: int) -> str:
    """Return the name of a flow's WorkflowTemplate, or of one of those that hold the templates that it has no room for."""
    name = object_name(unit.plan["flow"])
    return name if part == 0 else f"{name}-part-{part + 1}"


def _run_spec(unit: Unit[ArgoOptions], flow: Flow, objects: Mapping[str, str]) -> dict[str, Any]:
    options = unit.options
    secrets = dict.fromkeys([*options.pull_secrets, *(name for step in flow.steps for name in step.pod.pull_secrets)])
    spec: dict[str, Any] = {
        "entrypoint": MAIN,
        "arguments": {
            "parameters": [
                _without_none({"name": each.name, "value": each.value, "enum": list(each.choices) or None, "description": each.description})
                for each in flow.parameters
            ]
        }
        if flow.parameters
        else None,
        "hooks": {"exit": _exit_hook(unit, objects)} if EXIT in objects else None,
        "workflowMetadata": {"labels": {FLOW_LABEL: object_name(unit.plan["flow"])}},
        "serviceAccountName": pod_account(unit),
        "imagePullSecrets": [Inline(name=name) for name in secrets] or None,
        "priority": options.priority,
        "podPriorityClassName": options.pod_priority_class,
        "parallelism": options.parallelism,
        "activeDeadlineSeconds": options.run_seconds,
        "ttlStrategy": _without_none(
            {
                "secondsAfterCompletion": options.ttl_seconds,
                "secondsAfterSuccess": options.ttl_seconds_after_success,
                "secondsAfterFailure": options.ttl_seconds_after_failure,
            }
        )
        or None,
        "podGC": _without_none(
            {
                "strategy": options.pod_gc,
                "deleteDelayDuration": None if options.pod_gc_seconds is None else f"{options.pod_gc_seconds}s",
            }
        )
        if options.pod_gc
        else None,
    }
    return _without_none(spec)


def _exit_hook(unit: Unit[ArgoOptions], objects: Mapping[str, str]) -> dict[str, Any]:
    own = part_name(unit, 0)
    return {"template": EXIT} if objects[EXIT] == own else {"templateRef": Inline(name=objects[EXIT], template=EXIT)}


def _shared_environment(unit: Unit[ArgoOptions]) -> list[dict[str, Any]]:
    root = unit.options.root
    return [
        {"name": contract.ENGINE, "value": "argo"},
        {"name": contract.FLOW, "value": unit.plan["flow"]},
        *([] if root is None else [{"name": contract.ROOT, "value": root}]),
        {"name": contract.RUN, "value": "{{workflow.name}}"},
        {"name": contract.RUN_UID, "value": "{{workflow.uid}}"},
        {"name": contract.POD_UID, "valueFrom": {"fieldRef": {"fieldPath": "metadata.uid"}}},
        {"name": contract.TASK_ID, "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
    ]


def _without_none(table: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in table.items() if value is not None}
