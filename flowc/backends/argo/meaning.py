"""What the files for Argo that flowc wrote mean, all files of one flow together."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml

from flowc.backends.argo.metadata import MANAGED_BY
from flowc.backends.meaning import RETRY_DELAY, FlowFacts, StepFacts
from flowc.errors import UsageError
from flowc.runtime_shim import contract

_GRANTS: Final = ("envFrom", "serviceAccountName", "securityContext", "volumes", "volumeMounts", "valueFrom")
"""Entries of a template through which its pod reaches more than its image and its store."""
_SHAPE: Final = ("name", "inputs", "outputs", "retryStrategy", "activeDeadlineSeconds")
_OURS: Final = "FLOWC_"


def read_files(texts: Mapping[str, str]) -> FlowFacts:
    """Return what the files of a flow mean, by path. Raises UsageError for one that flowc did not write, or that is no YAML."""
    objects = [item for path, text in texts.items() for item in _objects(path, text)]
    templates = [item for item in objects if item["kind"] == "WorkflowTemplate"]
    if not templates:
        raise UsageError(f"{', '.join(texts) or 'no file'}: there is no WorkflowTemplate", help="compile it anew")
    spec = next((item["spec"] for item in templates if "entrypoint" in item["spec"]), templates[0]["spec"])
    defaults = spec.get("templateDefaults", {})
    shared = _variables(defaults.get("container", {}))
    every = [template for item in templates for template in item["spec"]["templates"]]
    steps = dict(_steps(every, defaults))
    settings = dict(_leaves({key: value for key, value in spec.items() if key not in ("templates", "templateDefaults", "arguments")}))
    settings |= {f"env {key}": value for key, value in shared.items() if key not in (contract.ROOT, contract.FLOW)}
    settings |= {f"turns of {name}": number for name, number in _turns(every)}
    for item in objects:
        if item["kind"] not in ("WorkflowTemplate", "Kustomization"):
            left = {key: value for key, value in item.items() if key in ("spec", "rules", "subjects", "roleRef")}
            if item["kind"] == "CronWorkflow":
                left["spec"] = {key: value for key, value in item["spec"].items() if key not in ("schedules", "timezone")}
            settings |= {f"{item['kind']} {path}": value for path, value in _leaves(left)}
    return FlowFacts(
        code=next((value for template in every for key, value in _environment(template).items() if key == contract.CODE), None),
        schedule=next((_schedule(item["spec"]) for item in objects if item["kind"] == "CronWorkflow"), None),
        root=shared.get(contract.ROOT),
        parameters={each["name"]: _said(each) for each in spec.get("arguments", {}).get("parameters", [])},
        settings=settings,
        steps=steps,
        edges=frozenset(_edges(every)),
    )


def _objects(path: str, text: str) -> Iterator[dict[str, Any]]:
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        found = list(yaml.load_all(text, loader))
    except yaml.YAMLError as error:
        raise UsageError(f"{path} is no YAML: {error}", help="compile into another folder") from error
    for item in found:
        labels = item.get("metadata", {}).get("labels", {}) if isinstance(item, dict) else {}
        if not isinstance(item, dict) or (item.get("kind") != "Kustomization" and labels.get(MANAGED_BY) != "flowc"):
            raise UsageError(f"{path} was not written by flowc, so that it cannot be compared", help="compile into another folder")
        yield item


def _steps(templates: list[dict[str, Any]], defaults: Mapping[str, Any]) -> Iterator[tuple[str, StepFacts]]:
    for template in templates:
        told = _environment(template)
        name = told.get(contract.STEP)
        if name is not None and _verb(template) != "exit-hook":
            yield name, _step(template, told, defaults if "container" in template else {})


def _step(template: Mapping[str, Any], told: Mapping[str, str], defaults: Mapping[str, Any]) -> StepFacts:
    pod = {**_merged(defaults, {key: value for key, value in template.items() if key not in _SHAPE})}
    if "container" in pod:
        pod |= pod.pop("container")
    leaves = dict(_leaves({key: value for key, value in pod.items() if key not in ("env", "args", "image", "resource")}))
    if "resource" in template:
        leaves |= dict(_leaves(_job(template)["spec"]["template"]["spec"]["containers"][0].get("resources", {}), "resources"))
    granting = {path for path in leaves if any(word in path for word in _GRANTS)}
    retry = template.get("retryStrategy", {})
    other = {RETRY_DELAY: str(retry["backoff"])} if "backoff" in retry else {}
    if contract.CATCH in told:
        other["catch"] = told[contract.CATCH]
    if _verb(template) != "step":
        other["runs as"] = _verb(template)
    image = pod.get("image") or (_job(template)["spec"]["template"]["spec"]["containers"][0]["image"] if "resource" in template else None)
    return StepFacts(
        retries=int(retry.get("limit", 0)),
        timeout=float(told[contract.TIMEOUT]) if contract.TIMEOUT in told else None,
        image=image,
        env={key: value for key, value in told.items() if not key.startswith(_OURS)},
        pod={path: value for path, value in leaves.items() if path not in granting},
        grants=frozenset(f"{path}: {leaves[path]}" for path in granting),
        other=other,
    )


def _edges(templates: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """From task to task; a DAG stands between them as its beginning, `name>`, and its end, `>name`."""
    names = {template["name"]: _environment(template).get(contract.STEP) for template in templates}
    for template in templates:
        tasks = template.get("dag", {}).get("tasks", [])
        ends = {task["name"] for task in tasks}
        called = {task["name"]: str(task.get("template") or task["templateRef"]["template"]) for task in tasks}
        for task in tasks:
            before = [word.partition(".")[0] for word in task.get("depends", "").split(" && ") if word]
            ends -= set(before)
            first = names.get(called[task["name"]]) or f"{called[task['name']]}>"
            for each in before:
                yield names.get(called[each]) or f">{called[each]}", first
            if not before:
                yield f"{template['name']}>", first
        for end in ends:
            yield names.get(called[end]) or f">{called[end]}", f">{template['name']}"


def _turns(templates: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for template in templates:
        tasks = template.get("dag", {}).get("tasks", [])
        if any(task.get("template") == template["name"] for task in tasks):
            yield template["name"], str(len(tasks) - 1)


def _environment(template: Mapping[str, Any]) -> dict[str, str]:
    if "container" in template:
        return _variables(template["container"])
    if "resource" in template:
        return _variables(_job(template)["spec"]["template"]["spec"]["containers"][0])
    return {}


def _job(template: Mapping[str, Any]) -> Any:
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(template["resource"]["manifest"].replace("{{inputs.parameters.count}}", "0"), loader)


def _verb(template: Mapping[str, Any]) -> str:
    container = template.get("container") or {}
    return str(container.get("args", ["gang"])[0])


def _variables(container: Mapping[str, Any]) -> dict[str, str]:
    return {entry["name"]: str(entry.get("value", entry.get("valueFrom"))) for entry in container.get("env", [])}


def _schedule(spec: Mapping[str, Any]) -> str:
    return f"{', '.join(spec.get('schedules', []))} {spec.get('timezone', 'UTC')}"


def _said(parameter: Mapping[str, Any]) -> str:
    return "required" if "value" not in parameter else str(parameter["value"])


def _merged(defaults: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(defaults)
    for key, value in own.items():
        known = found.get(key)
        found[key] = _merged(known, value) if isinstance(known, Mapping) and isinstance(value, Mapping) else value
    return found


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            named = inner.get("name", number) if isinstance(inner, dict) else number
            yield from _leaves(inner, f"{path}[{named}]")
    else:
        yield path, str(value)
