"""The objects that start a flow: a CronWorkflow for its schedule, a Sensor of Argo Events for its events.

An event is JSON as Metaflow publishes it, `{"payload": {"name": …, "id": …, "timestamp": …, field: …}}`, in one event of one event source:
https://argoproj.github.io/argo-events/sensors/
"""

import json
from typing import Any, Final

from flowc.backends.argo.access import event_account
from flowc.backends.argo.cron import argo_cron
from flowc.backends.argo.metadata import API, FLOW_LABEL, metadata, namespace_of
from flowc.backends.argo.names import object_name
from flowc.backends.argo.options import ArgoOptions
from flowc.backends.argo.run_parameters import TRIGGER, run_parameters
from flowc.backends.argo.yaml_text import Inline
from flowc.backends.base import Unit
from flowc.backends.starts import Event, cron_text, events_of, flows_of, zone_of
from flowc.ir.graph import FlowGraph
from flowc.runtime_shim.contract import finished_event

_FIELD: Final = '"{name}": {{{{ .Input.body.payload.{name} | toRawJson }}}}'


def cron_workflow(unit: Unit[ArgoOptions]) -> dict[str, Any] | None:
    """Return the CronWorkflow of a flow with `@schedule`, None without."""
    schedule = unit.tree.graph.decorator("schedule")
    text = None if schedule is None else cron_text(schedule)
    if schedule is None or text is None:
        return None
    options = unit.options
    name = object_name(unit.plan["flow"])
    spec: dict[str, Any] = {
        "schedules": [argo_cron(text)],
        "timezone": zone_of(schedule),
        "concurrencyPolicy": options.concurrency,
        "startingDeadlineSeconds": options.starting_deadline_seconds,
        "successfulJobsHistoryLimit": options.history_success,
        "failedJobsHistoryLimit": options.history_failure,
        "suspend": options.suspend_schedule or None,
        "workflowSpec": {"workflowTemplateRef": {"name": name}},
    }
    return {
        "apiVersion": API,
        "kind": "CronWorkflow",
        "metadata": metadata(unit, name, described=False),
        "spec": {key: value for key, value in spec.items() if value is not None},
    }


def sensor(unit: Unit[ArgoOptions]) -> dict[str, Any] | None:
    """Return the Sensor of a flow with `@trigger` or `@trigger_on_finish`, None without.

    Each decorator is a reason of its own to start; within one, everything that it names has to have happened.
    """
    reasons = reasons_of(unit.tree.graph)
    if not reasons:
        return None
    options, name = unit.options, object_name(unit.plan["flow"])
    dependencies, triggers = [], []
    for reason, (decorator, events) in enumerate(reasons.items(), start=1):
        names = [f"{name_of_reason(decorator)}{place}" for place in range(1, len(events) + 1)]
        dependencies += [_dependency(unit, dependency, event) for dependency, event in zip(names, events, strict=True)]
        triggers.append(_trigger(unit, f"{name}-{reason}" if len(reasons) > 1 else name, decorator, dict(zip(names, events, strict=True))))
    spec: dict[str, Any] = {
        "eventBusName": options.event_bus,
        "template": None if (account := event_account(unit)) is None else {"serviceAccountName": account},
        "dependencies": dependencies,
        "triggers": triggers,
    }
    return {
        "apiVersion": API,
        "kind": "Sensor",
        "metadata": metadata(unit, name, described=False),
        "spec": {key: value for key, value in spec.items() if value is not None},
    }


def reasons_of(graph: FlowGraph) -> dict[str, tuple[Event, ...]]:
    """Return the events that must all have come, for each of `@trigger` and `@trigger_on_finish` that the flow has."""
    found: dict[str, tuple[Event, ...]] = {}
    trigger, finish = graph.decorator("trigger"), graph.decorator("trigger_on_finish")
    if trigger is not None:
        found["trigger"] = events_of(trigger)
    if finish is not None:
        found["trigger_on_finish"] = tuple(Event(finished_event(flow)) for flow in flows_of(finish, graph))
    return {decorator: events for decorator, events in found.items() if events}


def name_of_reason(decorator: str) -> str:
    """Return what the dependencies of a decorator are called."""
    return "event" if decorator == "trigger" else "flow"


def _dependency(unit: Unit[ArgoOptions], name: str, event: Event) -> dict[str, Any]:
    required = {planned["name"] for planned in unit.plan["parameters"] if planned["required"] and "default" not in planned}
    expressions = [{"expr": f"name == '{event.name}'", "fields": [Inline(name="name", path="body.payload.name")]}]
    for parameter, field in event.fills:
        if parameter in required:
            expressions.append({"expr": "true == true", "fields": [Inline(name="field", path=f"body.payload.{field}")]})
    return {
        "name": name,
        "eventSourceName": unit.options.event_source,
        "eventName": unit.options.event_name,
        "filters": {"exprs": expressions},
    }


def _trigger(unit: Unit[ArgoOptions], name: str, decorator: str, events: dict[str, Event]) -> dict[str, Any]:
    flow = object_name(unit.plan["flow"])
    filled = {parameter: None for event in events.values() for parameter, _ in event.fills}
    values = {parameter.name: parameter.value for parameter in run_parameters(unit)}
    arguments = [{"name": TRIGGER, "value": ""}, *({"name": parameter, "value": values[parameter] or ""} for parameter in filled)]
    places = {argument["name"]: place for place, argument in enumerate(arguments)}
    parameters = []
    for dependency, event in events.items():
        kind = "event" if decorator == "trigger" else "run"
        said = event.name if kind == "event" else event.name.removeprefix("flowc.").removesuffix(".finished")
        parameters.append(
            {
                "src": {"dependencyName": dependency, "dataTemplate": _said(said, kind)},
                "dest": f"spec.arguments.parameters.{places[TRIGGER]}.value",
                "operation": "append",
            }
        )
        for parameter, field in event.fills:
            source: dict[str, Any] = {"dependencyName": dependency, "dataKey": f"body.payload.{field}"}
            if values[parameter] is not None:
                source["value"] = values[parameter]
            parameters.append({"src": source, "dest": f"spec.arguments.parameters.{places[parameter]}.value"})
    made: dict[str, Any] = {"generateName": f"{flow}-", "labels": {FLOW_LABEL: flow}}
    namespace = namespace_of(unit.options)
    if namespace is not None:
        made["namespace"] = namespace
    workflow = {
        "apiVersion": API,
        "kind": "Workflow",
        "metadata": made,
        "spec": {"workflowTemplateRef": {"name": flow}, "arguments": {"parameters": arguments}},
    }
    template: dict[str, Any] = {"name": name, "conditions": " && ".join(events)}
    reset = _reset(unit.tree.graph, decorator)
    if reset:
        template["conditionsReset"] = [{"byTime": reset}]
    template["k8s"] = {"operation": "create", "source": {"resource": workflow}, "parameters": parameters}
    return {"template": template}


def _said(name: str, kind: str) -> str:
    """The template of what a run is told about an event, with a comma behind."""
    fields = [f'"name": {json.dumps(name)}', f'"type": "{kind}"', *(_FIELD.format(name=field) for field in ("id", "timestamp"))]
    return "{" + ", ".join(fields) + "},"


def _reset(graph: FlowGraph, decorator: str) -> dict[str, str]:
    found = graph.decorator(decorator)
    options = found.value("options") if found is not None else None
    given = options.get("reset_at") if isinstance(options, dict) else None
    if not isinstance(given, dict) or not isinstance(given.get("cron"), str):
        return {}
    zone = given.get("timezone")
    return {"cron": str(given["cron"]), **({"timezone": zone} if isinstance(zone, str) else {})}
