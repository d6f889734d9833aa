"""The pod of every step, of every loop that one container runs, and of the exit hook."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from flowc.backends.argo.options import ArgoOptions
from flowc.backends.pods.arguments import check_table
from flowc.backends.pods.merge_pods import merge_pods
from flowc.backends.pods.model import Mount, Pod, PodSite
from flowc.backends.pods.read_pod import read_pod
from flowc.diagnostics import Label, Report, codes
from flowc.ir.graph import Step, StepName
from flowc.ir.regions import RegionTree

SITE: Final = PodSite(
    target="argo",
    labels=frozenset(("workflows.argoproj.io/workflow", "workflows.argoproj.io/completed", "workflows.argoproj.io/component")),
    paths=("/var/run/argo", "/argo/staging"),
    step_namespaces=False,
)
"""Labels and mounts of the executor: `workflow/common/common.go`."""

_TMP: Final = "/tmp"


def step_pods(tree: RegionTree, options: ArgoOptions, fused: Mapping[StepName, Sequence[StepName]], report: Report) -> dict[StepName, Pod]:
    """Return the pod of every step and fused loop (by its first step), those left out that were reported.

    fused: the steps of each loop that one container runs. Raises UsageError for settings that no @kubernetes could hold.
    """
    check_table(options.kubernetes)
    loop_of = {step: first for first, steps in fused.items() for step in steps}
    members: dict[StepName, list[Step]] = {}
    for step in tree.graph.steps:
        members.setdefault(loop_of.get(step.name, step.name), []).append(step)
    found = {}
    for first, steps in members.items():
        pods = [read_pod(step, tree.graph, options.kubernetes, SITE, report, image=options.image) for step in steps]
        whole = [pod for pod in pods if pod is not None]
        if len(whole) < len(pods):
            continue
        merged, clash = merge_pods(whole)
        if clash is not None:
            other = next(step for step, pod in zip(steps, whole, strict=True) if merge_pods([whole[0], pod])[1] or pod is whole[-1])
            report(
                codes.LOOP_OF_SEVERAL_PODS,
                steps[0].span,
                step=steps[0].name,
                target="argo",
                argument=clash,
                labels=[Label(other.span, "in the same loop")],
                notes=["one task runs all turns of a loop, in one pod"],
                help=f"give all steps of the loop the same {clash}",
            )
        found[first] = _with_scratch(merged)
    return found


def hook_pod(tree: RegionTree, options: ArgoOptions, pods: Mapping[StepName, Pod]) -> Pod:
    """Return the pod of the exit hook: what the settings say, in the image of the last step where they name none."""
    end = tree.graph.by_name[StepName(str(tree.graph.end))]
    bare = replace(end, decorators=())
    pod = read_pod(bare, tree.graph, options.kubernetes, SITE, Report(), image=options.image or pods[end.name].image)
    return _with_scratch(pod or pods[end.name])


def _with_scratch(pod: Pod) -> Pod:
    """A container whose own files cannot be written gets a `/tmp`: the shim hands over there what Argo reads."""
    if not pod.security.read_only_root_filesystem or any(mount.path.rstrip("/") == _TMP for mount in pod.mounts):
        return pod
    return replace(pod, mounts=(*pod.mounts, Mount("tmp", _TMP)))
