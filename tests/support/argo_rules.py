"""Argo's own rules for the objects that we emit, as its `workflow/validate` and its custom resources have them; and types from hera.

Each function yields complaints; no complaint is a pass.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

NAME = re.compile(r"[a-zA-Z0-9][-a-zA-Z0-9]*\Z")
SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\Z")
TAG = re.compile(r"\{\{(.*?)\}\}")
GLOBALS = ("workflow.name", "workflow.uid", "workflow.status", "workflow.creationTimestamp.RFC3339")
KINDS = ("container", "dag", "resource", "http")


def complaints(objects: Sequence[Mapping[str, Any]], *, most: int = 200) -> Iterator[str]:
    """Yield what Argo would refuse in WorkflowTemplates that belong together."""
    templates = {(item["metadata"]["name"], template["name"]): template for item in objects for template in item["spec"]["templates"]}
    for item in objects:
        name, spec = item["metadata"]["name"], item["spec"]
        if not SUBDOMAIN.match(name) or len(name) > 63:
            yield f"object name {name!r}"
        names = [template["name"] for template in spec["templates"]]
        if len(names) != len(set(names)) or len(names) > most:
            yield f"{name}: {len(names)} templates, {len(set(names))} names"
        for template in spec["templates"]:
            yield from _template(name, template, templates, spec.get("templateDefaults", {}), most)
    spec = objects[0]["spec"]
    if (objects[0]["metadata"]["name"], spec["entrypoint"]) not in templates:
        yield "the entrypoint is no template"
    for parameter in spec.get("arguments", {}).get("parameters", []):
        if not re.fullmatch(r"[-a-zA-Z0-9_]+", parameter["name"]) or not isinstance(parameter.get("value", ""), str):
            yield f"parameter {parameter}"


def _template(
    owner: str, template: Mapping[str, Any], templates: Mapping[tuple[str, str], Mapping[str, Any]], defaults: Mapping[str, Any], most: int
) -> Iterator[str]:
    where = f"{owner}/{template['name']}"
    if not NAME.match(template["name"]) or len(template["name"]) > 128:
        yield f"{where}: template name"
    if sum(kind in template for kind in KINDS) != 1:
        yield f"{where}: kinds {[kind for kind in KINDS if kind in template]}"
    if "dag" not in template and "parallelism" in template:
        yield f"{where}: parallelism on a leaf"
    if "dag" in template and ("activeDeadlineSeconds" in template or "retryStrategy" in template):
        yield f"{where}: a leaf's policy on a DAG"
    if "container" in template and "image" not in template["container"] and "image" not in defaults.get("container", {}):
        yield f"{where}: no image"
    inputs = {item["name"] for item in template.get("inputs", {}).get("parameters", [])}
    known = {f"inputs.parameters.{name}" for name in inputs} | set(GLOBALS)
    if "retryStrategy" in template:
        known.add("retries")
    if "dag" in template:
        yield from _dag(where, owner, template, templates, known, most)
    else:
        yield from _tags(where, template, known)
        for output in template.get("outputs", {}).get("parameters", []):
            if set(output) != {"name", "valueFrom"} or set(output["valueFrom"]) != {"path", "default"}:
                yield f"{where}: output {output}"


def _dag(
    where: str,
    owner: str,
    template: Mapping[str, Any],
    templates: Mapping[tuple[str, str], Mapping[str, Any]],
    known: set[str],
    most: int,
) -> Iterator[str]:
    tasks = template["dag"]["tasks"]
    if not 1 <= len(tasks) <= most:
        yield f"{where}: {len(tasks)} tasks"
    before: dict[str, set[str]] = {}
    handed: dict[str, set[str]] = {}
    for task in tasks:
        name = task["name"]
        if not NAME.match(name) or len(name) > 128 or name in before or name[0].isdigit():
            yield f"{where}: task name {name!r}"
        depends = [word.partition(".")[0] for word in task.get("depends", "").split(" && ") if word]
        if missing := [each for each in depends if each not in before]:
            yield f"{where}.{name}: depends on {missing}"
        before[name] = set(depends).union(*(before.get(each, set()) for each in depends))
        reference = task.get("templateRef")
        called = (reference["name"], reference["template"]) if reference else (owner, task.get("template", ""))
        if called not in templates or ("template" in task) == ("templateRef" in task):
            yield f"{where}.{name}: calls {called}"
            continue
        takes = {item["name"] for item in templates[called].get("inputs", {}).get("parameters", [])}
        given = [item["name"] for item in task.get("arguments", {}).get("parameters", [])]
        if sorted(takes) != sorted(given):
            yield f"{where}.{name}: {called} takes {takes}, and gets {given}"
        handed[name] = {item["name"] for item in templates[called].get("outputs", {}).get("parameters", [])}
        here = known | {f"tasks.{each}.outputs.parameters.{output}" for each in before[name] for output in handed.get(each, ())}
        yield from _tags(f"{where}.{name}", task, here | ({"item"} if "withSequence" in task else set()))
    for output in template.get("outputs", {}).get("parameters", []):
        for each, parameter in re.findall(r"tasks\['([^']+)'\]\.outputs\??\.parameters\??\.(\w+)", output["valueFrom"]["expression"]):
            if parameter not in handed.get(each, ()):
                yield f"{where}: hands over {each}.{parameter}, which is not there"


def _tags(where: str, value: object, known: set[str]) -> Iterator[str]:
    for text in _texts(value):
        for tag in TAG.findall(text):
            if not tag.startswith("=") and tag.strip() not in known:
                yield f"{where}: {{{{{tag}}}}} is not known"


def _texts(value: object) -> Iterator[str]:
    pending = [value]
    while pending:
        here = pending.pop()
        if isinstance(here, str):
            yield here
        elif isinstance(here, Mapping):
            pending.extend(here.values())
        elif isinstance(here, list):
            pending.extend(here)


def without_loss(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return `item` as hera's models (Argo 4.0.5) give it back: they drop what they do not know."""
    from hera.events import models as events
    from hera.workflows import models

    kinds = {
        "WorkflowTemplate": models.WorkflowTemplate,
        "Workflow": models.Workflow,
        "CronWorkflow": models.CronWorkflow,
        "Sensor": events.Sensor,
    }
    model = kinds[item["kind"]].model_validate(item)
    found = {"apiVersion": item["apiVersion"], "kind": item["kind"], **model.model_dump(by_alias=True, exclude_none=True, mode="json")}
    for ours, theirs in zip(_triggers(item), _triggers(found), strict=True):
        # What a trigger creates is no part of its model.
        theirs["source"]["resource"] = without_loss(ours["source"]["resource"])
    return found


def _triggers(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [trigger["template"]["k8s"] for trigger in item.get("spec", {}).get("triggers", [])]


def pods_of(item: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the Pods and Jobs of a WorkflowTemplate as Kubernetes gets them, as far as a flow shapes them."""
    import yaml

    defaults = item["spec"].get("templateDefaults", {})
    for template in item["spec"]["templates"]:
        if "container" in template:
            merged = _merged(defaults, template)
            container = {"name": "main", **merged["container"]}
            spec = {key: merged[key] for key in ("serviceAccountName", "nodeSelector", "tolerations", "volumes") if key in merged}
            secrets = item["spec"].get("imagePullSecrets")
            spec |= {"containers": [container], **({"imagePullSecrets": secrets} if secrets else {})}
            yield {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", **merged.get("metadata", {})}, "spec": spec}
        if "resource" in template:
            text = TAG.sub(lambda tag: "3" if "count" in tag[1] else "x", template["resource"]["manifest"])
            yield yaml.safe_load(text)


def _merged(defaults: Mapping[str, Any], template: Mapping[str, Any]) -> dict[str, Any]:
    """A strategic merge patch as far as our defaults need one: `env` by name, other lists as a whole."""
    found = dict(defaults)
    for key, value in template.items():
        if key == "env" and key in found:
            found[key] = list({entry["name"]: entry for entry in (*found[key], *value)}.values())
        elif isinstance(value, Mapping) and isinstance(found.get(key), Mapping):
            found[key] = _merged(found[key], value)
        else:
            found[key] = value
    return found
