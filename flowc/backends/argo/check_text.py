"""Text that cannot reach a pod: variables, defaults, and whatever holds `{{` where Argo would replace it."""

import base64
import json

from flowc.backends.argo.options import ArgoOptions
from flowc.backends.argo.run_parameters import TRIGGER, is_filled_in, is_triggered, text_of
from flowc.backends.argo.text import has_tag
from flowc.backends.check_values import MAX_VARIABLE_BYTES, check_default
from flowc.backends.pods.model import Pod
from flowc.diagnostics import Report, codes
from flowc.ir.graph import FlowGraph, Step
from flowc.ir.values import first_unknown
from flowc.runtime_shim.contract import PARAMS_B64, Plan, PlanStep


def check_policies(step: Step, planned: PlanStep, report: Report) -> None:
    """Report arguments of `@retry`, `@timeout`, `@catch` and `@environment` that nobody knows before the flow runs."""
    for name, key in (("retry", "retries"), ("retry", "retry_seconds"), ("timeout", "timeout"), ("catch", "catch")):
        decorator = step.decorator(name)
        if decorator is not None and planned.get(key, 0) is None:
            unknown = next((found for argument in decorator.arguments if (found := first_unknown(argument.value))), None)
            report(
                codes.VALUE_UNKNOWN_TO_TARGET,
                decorator.span,
                what=f"an argument of @{name}",
                target="argo",
                notes=[f"it is unknown because {unknown.why}"] if unknown else (),
                help="write a literal, a module constant or a class constant",
            )


def check_pod_text(step: Step, pod: Pod, report: Report) -> None:
    """Report text of a pod in which Argo would replace something."""
    texts = [("image", pod.image), ("executable", pod.python), *(("annotations", value) for _, value in pod.annotations)]
    texts += [("persistent_volume_claims", mount.path) for mount in pod.mounts if mount.claim is not None]
    for argument, text in texts:
        if has_tag(text):
            decorator = step.decorator("kubernetes")
            found = decorator.argument(argument) if decorator is not None else None
            report(
                codes.TEXT_READ_BY_ENGINE,
                found.span if found is not None else step.span,
                what=f'argument "{argument}" of @kubernetes',
                target="argo",
                help="write it without two braces in a row",
            )


def check_parameters(graph: FlowGraph, plan: Plan, options: ArgoOptions, report: Report) -> None:
    """Report parameters that no argument of a workflow can be, or whose defaults do not fit."""
    for parameter in graph.parameters:
        if parameter.name == TRIGGER and is_triggered(graph):
            report(codes.PARAMETER_NAME_ON_TARGET, parameter.span, name=parameter.name, target="argo", help="choose another name")
        check_default(parameter, report)
    if report.has_errors or not plan["parameters"]:
        return
    texts = {planned["name"]: "" if is_filled_in(planned) else text_of(planned.get("default", "")) for planned in plan["parameters"]}
    size = len(base64.b64encode(json.dumps(texts, ensure_ascii=False).encode()))
    if size + len(PARAMS_B64) + 2 > MAX_VARIABLE_BYTES:
        largest = max(texts, key=lambda name: len(texts[name]))
        report(
            codes.DEFAULTS_TOO_LARGE,
            next(parameter.span for parameter in graph.parameters if parameter.name == largest),
            size=size,
            limit=MAX_VARIABLE_BYTES,
            target="argo",
            notes=["they travel as base64 in one variable of the first pod"],
            help="put the data into a file and read it with IncludeFile or Config",
        )
