"""What Argo does with the templates that we emit, as far as we use it: a second reading of its rules, without a cluster.

Depends, when, withSequence, outputs, retries and nesting, as seen on a real controller. Whatever Argo would leave unresolved or refuse is
an AssertionError here.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

MAX_DEPTH = 100
TAG = re.compile(r"\{\{(.*?)\}\}")
CHAIN = re.compile(r"tasks\['([-a-z0-9]+)'\]\.outputs(\?)?\.parameters(\?)?\.(next|at)\Z")
NAME = re.compile(r"[a-zA-Z0-9][-a-zA-Z0-9]*\Z")

Outputs = dict[str, str] | None


@dataclass(frozen=True, slots=True)
class Ended:
    """How a node ended: Succeeded, Failed, Skipped or Omitted, and what it handed over; None has no outputs at all."""

    phase: str
    outputs: Outputs = None
    exit_code: int = 0


@dataclass(slots=True)
class Machine:
    """Runs the entry of the first object. `leaf` gets a container template, its text replaced, and the attempt.

    skipped_resolve: outputs of a skipped task are its defaults, as from 3.7.16 and 4.0.7 on; else they are not there.
    """

    objects: list[dict[str, Any]]
    leaf: Callable[[dict[str, Any], int], tuple[int, Mapping[str, str]]]
    skipped_resolve: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)
    deepest: int = 0
    nodes: int = 0

    def run(self) -> str:
        """Return the phase of the workflow."""
        spec = self.objects[0]["spec"]
        ended = self._template(self.objects[0]["metadata"]["name"], spec["entrypoint"], {}, 1)
        hook = spec.get("hooks", {}).get("exit")
        if hook is not None:
            self._template(hook.get("templateRef", {}).get("name", self.objects[0]["metadata"]["name"]), "on-exit", {}, 1)
        return ended.phase

    def _find(self, owner: str, name: str) -> dict[str, Any]:
        [found] = [item for item in self.objects if item["metadata"]["name"] == owner]
        [template] = [item for item in found["spec"]["templates"] if item["name"] == name]
        assert isinstance(template, dict)
        return template

    def _template(self, owner: str, name: str, inputs: Mapping[str, str], depth: int) -> Ended:
        assert depth < MAX_DEPTH, "Maximum recursion depth exceeded"
        self.deepest = max(self.deepest, depth)
        self.nodes += 1
        template = self._find(owner, name)
        declared = [item["name"] for item in template.get("inputs", {}).get("parameters", [])]
        assert sorted(declared) == sorted(inputs), f"{name} takes {declared}, and gets {sorted(inputs)}"
        if "dag" in template:
            return self._dag(owner, template, inputs, depth)
        return self._leaf(template, inputs)

    def _leaf(self, template: dict[str, Any], inputs: Mapping[str, str]) -> Ended:
        retry = template.get("retryStrategy")
        attempt = 0
        while True:
            scope = {f"inputs.parameters.{key}": value for key, value in inputs.items()}
            scope |= {"workflow.name": "run", "workflow.uid": "uid", **({"retries": str(attempt)} if retry else {})}
            body = json.loads(replaced(json.dumps(template), scope, self.parameters))
            code, values = self._job(body, attempt) if "resource" in body else self.leaf(body, attempt)
            if code == 0:
                wanted = [item["name"] for item in template.get("outputs", {}).get("parameters", [])]
                return Ended("Succeeded", {name: values.get(name, "") for name in wanted})
            attempt += 1
            if retry is None or attempt > int(retry["limit"]) or code == 78:
                return Ended("Failed", exit_code=code)

    def _job(self, body: dict[str, Any], attempt: int) -> tuple[int, Mapping[str, str]]:
        """An indexed Job: its pods one after the other, each with what Kubernetes tells it."""
        job = yaml.safe_load(body["resource"]["manifest"])
        size = job["spec"]["completions"]
        assert size == job["spec"]["parallelism"]
        assert body["resource"]["successCondition"] == f"status.succeeded == {size}"
        for index in range(size):
            [container] = json.loads(json.dumps(job["spec"]["template"]["spec"]["containers"]))
            told = {"metadata.annotations['batch.kubernetes.io/job-completion-index']": str(index)}
            known: dict[str, str] = {}
            for item in container["env"]:
                path = item.pop("valueFrom", {}).get("fieldRef", {}).get("fieldPath")
                item["value"] = told.get(path, "told") if path else item["value"]
                for name, value in known.items():
                    item["value"] = item["value"].replace(f"$({name})", value)
                known[item["name"]] = item["value"]
            code, _ = self.leaf({"container": container}, attempt)
            if code:
                return code, {}
        return 0, {}

    def _dag(self, owner: str, template: dict[str, Any], inputs: Mapping[str, str], depth: int) -> Ended:
        ended: dict[str, Ended] = {}
        waiting = {task["name"]: task for task in template["dag"]["tasks"]}
        assert len(waiting) == len(template["dag"]["tasks"]), f"two tasks of {template['name']} have one name"
        while waiting:
            # Argo promises no order among what may run: here the last comes first.
            ready = [name for name, task in waiting.items() if all(word.partition(".")[0] in ended for word in _depends(task))]
            assert ready, f"{sorted(waiting)} wait for what never comes"
            task = waiting.pop(ready[-1])
            assert NAME.match(task["name"]), task["name"]
            ended[task["name"]] = self._task(owner, task, ended, inputs, depth)
        if any(end.phase == "Failed" for end in ended.values()):
            return Ended("Failed")
        tasks = {name: end.outputs for name, end in ended.items()}
        outputs = {}
        for item in template.get("outputs", {}).get("parameters", []):
            value = evaluate(item["valueFrom"]["expression"], tasks)
            assert value is not None, f"{item['valueFrom']['expression']} is nil"
            outputs[item["name"]] = value
        return Ended("Succeeded", outputs)

    def _task(self, owner: str, task: dict[str, Any], ended: dict[str, Ended], inputs: Mapping[str, str], depth: int) -> Ended:
        for word in _depends(task):
            name, _, result = word.partition(".")
            good = (result,) if result else ("Succeeded", "Skipped", "Daemoned")
            if ended[name].phase not in good:
                return Ended("Omitted", self._skipped(owner, task))
        scope = {f"inputs.parameters.{key}": value for key, value in inputs.items()}
        for name, end in ended.items():
            scope |= {f"tasks.{name}.outputs.parameters.{key}": value for key, value in (end.outputs or {}).items()}
        if "when" in task:
            left, right = re.fullmatch(r"'([^']*)' == '([^']*)'", replaced(task["when"], scope, {})).groups()  # type: ignore[union-attr]
            if left != right:
                return Ended("Skipped", self._skipped(owner, task))
        items: list[str | None] = [None]
        if "withSequence" in task:
            items = list(map(str, range(int(replaced(task["withSequence"]["count"], scope, {})))))
            if not items:
                return Ended("Skipped")
        target, name = _called(owner, task)
        phases = []
        single: Outputs = None
        for item in items:
            here = scope | ({"item": item} if item is not None else {})
            arguments = {given["name"]: replaced(given["value"], here, {}) for given in task["arguments"]["parameters"]}
            end = self._template(target, name, arguments, depth + 1)
            phases.append(end.phase)
            single = end.outputs if item is None else None
        return Ended("Failed" if "Failed" in phases else "Succeeded", single)

    def _skipped(self, owner: str, task: dict[str, Any]) -> Outputs:
        template = self._find(*_called(owner, task))
        if not self.skipped_resolve or "dag" in template:
            return None
        return {item["name"]: item["valueFrom"]["default"] for item in template.get("outputs", {}).get("parameters", [])}


def _depends(task: dict[str, Any]) -> list[str]:
    return task["depends"].split(" && ") if "depends" in task else []


def _called(owner: str, task: dict[str, Any]) -> tuple[str, str]:
    if "templateRef" in task:
        return task["templateRef"]["name"], task["templateRef"]["template"]
    return owner, task["template"]


def replaced(text: str, scope: Mapping[str, str], parameters: Mapping[str, str]) -> str:
    """Return `text` with its tags replaced; every simple tag must be known. Expression tags stay for whoever evaluates them."""

    def value(match: "re.Match[str]") -> str:
        tag = match[1].strip()
        if tag.startswith("="):
            return match[0]
        assert tag in scope, f"{{{{{tag}}}}} is not known in {text[:200]}"
        return json.dumps(scope[tag])[1:-1]

    return TAG.sub(value, text)


def evaluate(expression: str, tasks: Mapping[str, Outputs]) -> str | None:
    """Return the value of `tasks['a'].outputs?.parameters?.next ?? …`, the only kind of expression that hands values out."""
    for part in expression.split(" ?? "):
        match = CHAIN.match(part)
        assert match is not None, f"unknown kind of expression: {part}"
        assert match[1] in tasks, f"{part} names no task"
        outputs = tasks[match[1]]
        if outputs is None:
            assert match[2] == match[3] == "?", f"{part} fails, for the task has no outputs"
            continue
        assert match[4] in outputs, f"{part} fails, for the task has no such output"
        return outputs[match[4]]
    return None
