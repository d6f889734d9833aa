"""LoopSteps.

Written by flowc 0.1.0 from tests/golden/loop_steps/flow.py (sha256:0235cc17ef74599725140dae895e88c543b4e0cd319d0f2a63a6c8ab91483915).
Edit the flow and compile again, not this file.
Options: --target airflow --operator kubernetes --image registry.example/flows:1
"""

from datetime import datetime, timedelta, timezone

try:  # Airflow 3
    from airflow.sdk import DAG, Asset, task
except ImportError:  # Airflow 2.10, 2.11
    from airflow.datasets import Dataset as Asset
    from airflow.decorators import task
    from airflow.models.dag import DAG
try:  # Airflow 3.2
    from airflow.sdk.exceptions import AirflowSkipException
except ImportError:
    from airflow.exceptions import AirflowSkipException
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator

PYTHON = "python"  # of the image; flowc and what the flow imports are installed there
ENV = {
    "FLOWC_ENGINE": "airflow",
    "FLOWC_FLOW": "LoopSteps",
    "FLOWC_RUN": "{{ run_id }}",
    "FLOWC_ATTEMPT": "{{ ti.try_number - 1 }}",
    "FLOWC_USER_RETRIES": "{{ ti.max_tries }}",
    "FLOWC_TASK_ID": "{{ ti.id | default(ti.key) }}",
}
POD = {
    "spec": {
        "containers": [
            {"name": "base", "image": "registry.example/flows:1", "resources": {"requests": {"cpu": "1", "memory": "4096M", "ephemeral-storage": "10240M"}}},
        ],
        "restartPolicy": "Never",
    },
}


def step(name, *, verb="step", task_id=None, each=None, control=False, env=None, pod=POD, python=PYTHON, **kwargs):
    """One step of the flow, once per address that planner `each` hands out; `control`: a planner or gate reads what it prints."""
    at = "r"
    if each:
        at = "{{ ti.xcom_pull(task_ids='%s', map_indexes=-1)[ti.map_index] }}" % each
        kwargs["map_index_template"] = at
    if control:
        env = {"FLOWC_CONTROL": "/airflow/xcom/return.json", **(env or {})}
    return KubernetesPodOperator(
        task_id=task_id or (name if verb == "step" else f"{name}__{verb}"),
        name=f"loopsteps-{name}",
        cmds=[python, "-m", "flowc.runtime_shim"],
        arguments=[verb, name],
        env_vars={**ENV, "FLOWC_STEP": name, "FLOWC_AT": at, **(env or {})},
        pod_template_dict=pod,
        startup_timeout_seconds=600,
        do_xcom_push=control,
        **kwargs,
    )


@task(retries=3, retry_delay=timedelta(seconds=10))
def case(switch, arm, opener, ti=None):
    """Gate in front of one arm of a switch that task `opener` ran: skipped unless `switch` chose it."""
    chosen = [control["next"] for control in ti.xcom_pull(task_ids=opener, map_indexes=ti.map_index)]
    if arm not in chosen:
        raise AirflowSkipException(f"{switch} chose {chosen}")
    return arm


@task(trigger_rule="none_failed", retries=3, retry_delay=timedelta(seconds=10))
def live(openers, ti=None):
    """Gate in front of what follows a switch: skipped if none of the tasks that open it ran."""
    if all(ti.xcom_pull(task_ids=opener, map_indexes=ti.map_index) is None for opener in openers):
        raise AirflowSkipException(f"none of {openers} ran")


def arm(switch, target, opener=None, task_id=None):
    """The gate in front of step `target`, chosen by `switch`; `opener` is the task that ran the switch."""
    return case.override(task_id=task_id or f"{switch}__{target}")(switch, target, opener or switch)


def merge_of(name, *openers, task_id=None):
    """The gate in front of step `name`, where arms come together; one of `openers` runs whenever `name` must."""
    return live.override(task_id=task_id or f"{name}__live")(openers)


with DAG(
    dag_id="LoopSteps",
    schedule=None,
    start_date=datetime(2024, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    default_args={"retries": 0, "owner": "flowc"},
    tags=["flowc"],
    doc_md=__doc__,
) as dag:
    start = step("start", env={"FLOWC_CODE": "sha256:e3af22e2fb477f9582193ba5b7a0eeb2e8e015b47b64f3855ec19a2afc9f1df6"})
    head__loop = step("head", verb="loop", control=True)
    publish = step("publish")
    end = step("end", outlets=[Asset("x-flowc://flow/LoopSteps/finished")])
    end__live = merge_of("end", "head__loop")
    start >> head__loop
    head__loop >> arm("judge", "publish", "head__loop") >> publish >> end__live >> end
    head__loop >> arm("judge", "end", "head__loop") >> end__live
