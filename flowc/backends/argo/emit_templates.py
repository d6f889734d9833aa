"""Templates in the words of Argo: plain dictionaries in the order in which people write them."""

from collections.abc import Sequence
from typing import Any, Final

from flowc.backends.argo.gang_job import gang_parts
from flowc.backends.argo.model import AT, COUNT, DagTemplate, Retry, StepTemplate, Task
from flowc.backends.argo.options import ArgoOptions
from flowc.backends.argo.yaml_text import Inline, InlineList
from flowc.backends.pods.fragment import container, escape_references, pod_spec, volumes
from flowc.backends.pods.syntax import plain
from flowc.runtime_shim.contract import CONTROL_FOLDER, EXIT_NO_RETRY

_INPUT_AT: Final = Inline(parameters=[{"name": AT}])


def dag_template(dag: DagTemplate, objects: dict[str, str], own: str) -> dict[str, Any]:
    """Return a DAG; a template of another object than `own` (`objects` says which has what) is called by reference."""
    template: dict[str, Any] = {"name": dag.name}
    if not dag.top:
        template["inputs"] = Inline(parameters=[{"name": AT}, *([{"name": COUNT}] if dag.counted else [])])
    if dag.parallelism is not None:
        template["parallelism"] = dag.parallelism
    template["dag"] = {"tasks": [_task(task, objects, own) for task in dag.tasks]}
    if dag.outputs:
        template["outputs"] = {"parameters": [Inline(name=name, valueFrom={"expression": expression}) for name, expression in dag.outputs]}
    return template


def _task(task: Task, objects: dict[str, str], own: str) -> dict[str, Any]:
    found: dict[str, Any] = {"name": task.name}
    if task.depends:
        found["depends"] = task.depends
    if task.when is not None:
        found["when"] = f"'{{{{tasks.{task.when.task}.outputs.parameters.next}}}}' == '{task.when.target}'"
    if objects[task.template] == own:
        found["template"] = task.template
    else:
        found["templateRef"] = Inline(name=objects[task.template], template=task.template)
    arguments = [{"name": AT, "value": task.at}]
    if task.count is not None:
        count = f"{{{{tasks.{task.count}.outputs.parameters.count}}}}" if task.count else "{{inputs.parameters.count}}"
        if task.gives_count:
            arguments.append({"name": COUNT, "value": count})
        else:
            found["withSequence"] = Inline(count=count)
    found["arguments"] = Inline(parameters=arguments)
    return found


def step_template(
    step: StepTemplate, options: ArgoOptions, shared: Sequence[Inline] = (), labels: dict[str, str] | None = None
) -> dict[str, Any]:
    """Return the template of a step, all that its pod says included: a container, or the Job of a gang.

    shared, labels: the variables that every step has, and the labels of the flow; only a Job takes them from here.
    """
    if step.gang:
        return _gang_template(step, options, shared, labels or {})
    pod = step.pod
    spec = pod_spec(pod)
    template: dict[str, Any] = {"name": step.name}
    if step.takes_at:
        template["inputs"] = _INPUT_AT
    if step.retry is not None:
        template["retryStrategy"] = retry_strategy(step.retry, options)
    if step.deadline_seconds is not None:
        template["activeDeadlineSeconds"] = step.deadline_seconds
    if pod.labels or pod.annotations:
        template["metadata"] = {key: dict(pairs) for key, pairs in (("labels", pod.labels), ("annotations", pod.annotations)) if pairs}
    for key in ("serviceAccountName", "nodeSelector", "tolerations"):
        if key in spec:
            template[key] = spec[key]
    if pod.mounts:
        template["volumes"] = volumes(pod)
    template["container"] = _container(step)
    if step.outputs:
        template["outputs"] = {
            "parameters": [Inline(name=name, valueFrom={"path": f"{CONTROL_FOLDER}/{name}", "default": ""}) for name in step.outputs]
        }
    return template


def _gang_template(step: StepTemplate, options: ArgoOptions, shared: Sequence[Inline], labels: dict[str, str]) -> dict[str, Any]:
    template: dict[str, Any] = {"name": step.name, "inputs": Inline(parameters=[{"name": AT}, {"name": COUNT}])}
    if step.retry is not None:
        template["retryStrategy"] = retry_strategy(step.retry, options)
    return template | gang_parts(step, shared, options, labels)


def _container(step: StepTemplate) -> dict[str, Any]:
    fragment = container(step.pod)
    del fragment["name"]
    found: dict[str, Any] = {"image": fragment.pop("image")}
    if "imagePullPolicy" in fragment:
        found["imagePullPolicy"] = fragment.pop("imagePullPolicy")
    found["command"] = InlineList((escape_references(step.pod.python), "-m", "flowc.runtime_shim"))
    found["args"] = InlineList((step.verb, step.argument))
    own = [Inline(name=name, value=value) for name, value in step.environment]
    found["env"] = own + [Inline(entry) for entry in fragment.pop("env", [])]
    return found | fragment


def retry_strategy(retry: Retry, options: ArgoOptions) -> dict[str, Any]:
    """Return the strategy: every failure is tried again, a lost pod too, but for one that says that this cannot help."""
    found: dict[str, Any] = {
        "limit": str(retry.limit),
        "retryPolicy": "Always",
        "expression": f"lastRetry.exitCode != '{EXIT_NO_RETRY}'",
    }
    if retry.seconds:
        backoff = Inline(duration=f"{plain(retry.seconds)}s")
        if retry.most_seconds is not None and options.at_least("3.7"):
            backoff |= {"factor": "2", "cap": f"{plain(retry.most_seconds)}s"}
        found["backoff"] = backoff
    return found
