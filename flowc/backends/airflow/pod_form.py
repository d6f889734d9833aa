"""The Kubernetes form of a DAG: every step a pod. Graph, gates and addresses are those of the Bash form; this adds the pods."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from flowc.backends.airflow.layout import fused_loops
from flowc.backends.airflow.model import Dag, Group, PodForm, StepTask
from flowc.backends.airflow.options import AirflowOptions
from flowc.backends.airflow.python_text import Code
from flowc.backends.airflow.templating import literal
from flowc.backends.base import Options, Unit
from flowc.backends.pods.arguments import check_table
from flowc.backends.pods.fragment import escape_references, pod_template
from flowc.backends.pods.merge_pods import merge_pods
from flowc.backends.pods.model import Pod, PodSite
from flowc.backends.pods.read_pod import read_pod
from flowc.diagnostics import Label, Report, codes
from flowc.ir.graph import StepName
from flowc.ir.regions import RegionTree
from flowc.runtime_shim import contract

SITE: Final = PodSite(
    target="airflow",
    labels=frozenset(
        ("airflow_kpo_in_cluster", "airflow_version", "already_checked", "dag_id", "kubernetes_pod_operator", "map_index", "parent_dag_id")
        + ("run_id", "task_id", "try_number")
    ),
    paths=("/airflow/xcom",),
)
"""Labels and mount of KubernetesPodOperator: cncf-kubernetes 10.25.0, `operators/pod.py`, `utils/xcom_sidecar.py`."""

MAX_NAME_LENGTH: Final = 220
"""Characters of the operator's `name`, which cuts it to those of a pod by itself: `_set_name`."""

_PREFIX_LENGTH: Final = 30


def check_pods(tree: RegionTree, options: Options, report: Report) -> None:
    """Report what no pod can be made of. Raises UsageError for settings that no @kubernetes could hold."""
    check_table(options.kubernetes)
    _pods(tree, options, report)
    for step in tree.graph.steps:
        length = len(step.name) + _PREFIX_LENGTH + 1
        if length > MAX_NAME_LENGTH:
            report(
                codes.NAME_TOO_LONG_FOR_TARGET,
                step.span,
                what=f"name of the pod of step {step.name[:40]!r}…",
                length=length,
                limit=MAX_NAME_LENGTH,
                target="airflow",
            )


def with_pods(unit: Unit[AirflowOptions], dag: Dag) -> Dag:
    """Return `dag` with the pod of each step in it; assumes a flow that `check_pods` found nothing wrong with."""
    pods = _pods(unit.tree, unit.options, Report())
    usual = Counter(map(_shape, pods.values())).most_common(1)[0][0]
    python = Counter(pod.python for pod in pods.values()).most_common(1)[0][0]
    constants = _constants(pods, usual)
    usual_constant = constants[usual]

    def in_pod(task: StepTask) -> StepTask:
        pod = pods[task.step]
        constant = constants[_shape(pod)]
        return replace(
            task,
            environment=_escaped(task.environment),
            pod=None if constant == usual_constant else constant,
            python=None if pod.python == python else _command(pod.python),
        )

    templates = {constants[_shape(pod)]: _shape(pod) for pod in pods.values()}
    return replace(
        dag,
        units=tuple(
            in_pod(part)
            if isinstance(part, StepTask)
            else replace(part, steps=tuple(in_pod(task) for task in part.steps))
            if isinstance(part, Group)
            else part
            for part in dag.units
        ),
        environment=_escaped(dag.environment),
        event_parameters=(*dag.event_parameters[:-1], *map(_of_run_time, dag.event_parameters[-1:])),
        python=_command(python),
        pods=PodForm(
            templates=tuple((name, _literals(pod_template(pod))) for name, pod in templates.items()),
            usual=usual_constant,
            prefix=_prefix(dag.dag_id),
            startup_seconds=unit.options.pod_startup_seconds,
            keywords=_keywords(unit.options),
        ),
    )


def _pods(tree: RegionTree, options: Options, report: Report) -> dict[StepName, Pod]:
    """The pod of every task, by its step, or by the first step of a loop that one task runs; without those that were reported."""
    members: dict[StepName, list[StepName]] = {}
    for name, loop in fused_loops(tree).items():
        members.setdefault(loop or name, []).append(name)
    found = {}
    for first, names in members.items():
        steps = [tree.graph.by_name[name] for name in names]
        pods = [read_pod(step, tree.graph, options.kubernetes, SITE, report, image=options.image) for step in steps]
        whole = [pod for pod in pods if pod is not None]
        if len(whole) < len(pods):
            continue
        found[first], clash = merge_pods(whole)
        if clash is not None:
            other = next(step for step, pod in zip(steps, whole, strict=True) if merge_pods([whole[0], pod])[1] or pod is whole[-1])
            report(
                codes.LOOP_OF_SEVERAL_PODS,
                steps[0].span,
                step=steps[0].name,
                target="airflow",
                argument=clash,
                labels=[Label(other.span, "in the same loop")],
                notes=["one task runs all turns of a loop, in one pod"],
                help=f"give all steps of the loop the same {clash}",
            )
    return found


def _shape(pod: Pod) -> Pod:
    """The pod without what is no part of its template."""
    return replace(pod, python="")


def _constants(pods: Mapping[StepName, Pod], usual: Pod) -> dict[Pod, str]:
    """A name for each template: POD for the usual one, else after the first step that has it. Names of steps are in lower case."""
    found: dict[Pod, str] = {}
    for step, pod in pods.items():
        found.setdefault(_shape(pod), "POD" if _shape(pod) == usual else f"POD_{step.upper()}")
    return found


def _escaped(environment: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Variables whose dollar signs Kubernetes leaves alone, those of run time too."""
    return tuple(
        (name, text if isinstance(text, Code) else _of_run_time(text) if name == contract.PARAMS else escape_references(text))
        for name, text in environment
    )


def _of_run_time(template: str) -> str:
    return template.removesuffix(" }}") + " | replace('$', '$$') }}"


def _command(python: str) -> str:
    return literal(escape_references(python))


def _literals(value: Any) -> Any:
    """The same template with every text so written that Airflow renders it to what it is now."""
    if isinstance(value, dict):
        return {name: _literals(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_literals(item) for item in value]
    return literal(value) if isinstance(value, str) else value


def _prefix(dag_id: str) -> str:
    return re.sub("[^a-z0-9]+", "-", dag_id.lower())[-_PREFIX_LENGTH:].strip("-") or "flow"


def _keywords(options: AirflowOptions) -> tuple[tuple[str, object], ...]:
    """What the site's options add to every call of the operator; what is not said is left to the site."""
    said: dict[str, object] = {
        "on_finish_action": "delete_succeeded_pod" if options.keep_failed_pods else None,
        "kubernetes_conn_id": None if options.kubernetes_conn_id is None else literal(options.kubernetes_conn_id),
        "in_cluster": options.in_cluster,
        "config_file": None if options.kubernetes_config_file is None else literal(options.kubernetes_config_file),
    }
    return tuple((name, value) for name, value in said.items() if value is not None)
