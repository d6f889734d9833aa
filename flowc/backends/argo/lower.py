"""From a flow to the model of its workflow. Assumes one that passed the capability table and the limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from flowc.backends.argo.lower_regions import lower_regions, steps_in_loops
from flowc.backends.argo.model import OUTPUTS, DagTemplate, LoopTurns, Lowered, Retry, RunParameter, StepTemplate
from flowc.backends.argo.names import EXIT
from flowc.backends.argo.options import ArgoOptions
from flowc.backends.argo.run_parameters import encoded_parameters, encoded_trigger, is_triggered, run_parameters
from flowc.backends.argo.step_pods import hook_pod, step_pods
from flowc.backends.argo.text import BRACE, has_tag, value_of_variable
from flowc.backends.base import Unit
from flowc.backends.pods.model import Pod
from flowc.diagnostics import Report
from flowc.ir.graph import StepName
from flowc.ir.regions import RegionTree
from flowc.runtime_shim import contract
from flowc.runtime_shim.contract import PlanStep

DEADLINE_MARGIN_SECONDS: Final = 60
"""How long after the shim's own timer Argo ends a pod; it counts from the pod's start, so pulling the image is in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """All that the files of a flow say. `dags` begins with the entry, `exit_hook` is one of `steps`."""

    dags: tuple[DagTemplate, ...]
    steps: tuple[StepTemplate, ...]
    exit_hook: bool
    parameters: tuple[RunParameter, ...]
    loops: tuple[LoopTurns, ...]


def lower(unit: Unit[ArgoOptions]) -> Flow:
    """Return the model of a flow's workflow."""
    lowered = lower_regions(unit.tree, unit.options)
    fused = fused_steps(unit.tree, lowered)
    return with_steps(unit, lowered, fused, step_pods(unit.tree, unit.options, fused, Report()))


def fused_steps(tree: RegionTree, lowered: Lowered) -> dict[StepName, list[StepName]]:
    """Return the steps of each loop that one container runs, by its first step."""
    return {first: steps for first, steps in steps_in_loops(tree).items() if first in lowered.fused}


def with_steps(
    unit: Unit[ArgoOptions], lowered: Lowered, fused: Mapping[StepName, Sequence[StepName]], pods: Mapping[StepName, Pod]
) -> Flow:
    """Return the model of a flow whose regions are lowered and whose pods are known."""
    tree, options = unit.tree, unit.options
    steps = []
    for step in tree.graph.steps:
        name = step.name
        if name in lowered.fused or name in lowered.outputs:
            loop = name in lowered.fused
            outputs = lowered.fused[name] if loop else lowered.outputs[name]
            planned = [unit.plan["steps"][member] for member in (fused[name] if loop else [name])]
            retry = _retry(planned, options)
            timeout = None if loop else planned[0].get("timeout")
            steps.append(
                StepTemplate(
                    name=lowered.step_names[name],
                    verb="loop" if loop else "step",
                    step=name,
                    argument=name,
                    outputs=tuple(output for output in OUTPUTS if output in outputs),
                    environment=_environment(unit, name, planned, loop=loop, tried_again=retry is not None),
                    retry=retry,
                    deadline_seconds=ceil(timeout) + DEADLINE_MARGIN_SECONDS if timeout else None,
                    pod=pods[name],
                    gang=name in lowered.gangs,
                )
            )
    hook = tree.graph.decorator("exit_hook") is not None or options.event_url is not None
    if hook:
        steps.append(
            StepTemplate(
                name=EXIT,
                verb="exit-hook",
                step=StepName(unit.plan["end"]),
                argument="recorded",
                outputs=(),
                environment=(
                    (contract.STEP, unit.plan["end"]),
                    (contract.AT, contract.TOP),
                    *([] if options.event_url is None else [(contract.ANNOUNCE, options.event_url)]),
                ),
                retry=None,
                deadline_seconds=None,
                pod=hook_pod(tree, options, pods),
                takes_at=False,
            )
        )
    return Flow(dags=lowered.dags, steps=tuple(steps), exit_hook=hook, parameters=run_parameters(unit), loops=lowered.loops)


def _retry(planned: Sequence[PlanStep], options: ArgoOptions) -> Retry | None:
    """One more attempt for `@catch`, which a step does not use unless its pod died."""
    limit = max(one.get("retries") or 0 for one in planned) + _catches(planned)
    if not limit:
        return None
    seconds = max(one.get("retry_seconds") or 0.0 for one in planned)
    most = options.max_retry_minutes
    return Retry(limit=limit, seconds=seconds, most_seconds=None if most is None or not seconds else most * 60.0)


def _catches(planned: Sequence[PlanStep]) -> bool:
    return any(one.get("catch") is not None for one in planned)


def _environment(
    unit: Unit[ArgoOptions], name: StepName, planned: Sequence[PlanStep], *, loop: bool, tried_again: bool
) -> tuple[tuple[str, str], ...]:
    """What one template needs beside the shared variables. In a fused loop each turn takes its step's own from the plan."""
    own: list[tuple[str, str]] = []
    if not loop:
        given = planned[0].get("environment") or {}
        if any(has_tag(value) for value in given.values()):
            own.append((BRACE, "{"))
        own += [(key, value_of_variable(value)) for key, value in given.items()]
    entries = [*own, (contract.STEP, str(name)), (contract.AT, "{{inputs.parameters.at}}")]
    if name == unit.plan["start"]:
        entries.append((contract.CODE, unit.code))
        if unit.plan["parameters"]:
            entries.append((contract.PARAMS_B64, encoded_parameters(unit.plan["parameters"])))
        if is_triggered(unit.tree.graph):
            entries.append((contract.TRIGGER, encoded_trigger()))
    if tried_again:
        entries.append((contract.ATTEMPT, "{{retries}}"))
        entries.append((contract.USER_RETRIES, str(max(one.get("retries") or 0 for one in planned))))
    catch = None if loop else planned[0].get("catch")
    if catch is not None:
        entries.append((contract.CATCH, catch["var"] or ""))
    timeout = None if loop else planned[0].get("timeout")
    if timeout:
        entries.append((contract.TIMEOUT, f"{timeout:g}"))
    return tuple(entries)
