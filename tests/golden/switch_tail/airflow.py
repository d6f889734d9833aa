"""SwitchTail.

Written by flowc 0.1.0 from tests/golden/switch_tail/flow.py (sha256:6c75a68c76ac1415ee015e2858f054bfe40fd7cdc19b6626213e7d3135e93891).
Edit the flow and compile again, not this file.
Options: --target airflow
"""

import json
from datetime import datetime, timedelta, timezone

try:  # Airflow 3
    from airflow.sdk import DAG, Asset, Param, task
except ImportError:  # Airflow 2.10, 2.11
    from airflow.datasets import Dataset as Asset
    from airflow.decorators import task
    from airflow.models.dag import DAG
    from airflow.models.param import Param
try:  # Airflow 3.2
    from airflow.sdk.exceptions import AirflowSkipException
except ImportError:
    from airflow.exceptions import AirflowSkipException
try:  # the standard provider
    from airflow.providers.standard.operators.bash import BashOperator
except ImportError:
    from airflow.operators.bash import BashOperator

PYTHON = "python"  # of the worker; flowc and what the flow imports are installed there
ENV = {
    "FLOWC_ENGINE": "airflow",
    "FLOWC_FLOW": "SwitchTail",
    "FLOWC_RUN": "{{ run_id }}",
    "FLOWC_ATTEMPT": "{{ ti.try_number - 1 }}",
    "FLOWC_USER_RETRIES": "{{ ti.max_tries }}",
    "FLOWC_TASK_ID": "{{ ti.id | default(ti.key) }}",
}


def step(name, *, verb="step", task_id=None, each=None, control=False, env=None, **kwargs):
    """One step of the flow, once per address that planner `each` hands out; `control`: a planner or gate reads what it prints."""
    at = "r"
    if each:
        at = "{{ ti.xcom_pull(task_ids='%s', map_indexes=-1)[ti.map_index] }}" % each
        kwargs["map_index_template"] = at
    if control:
        kwargs["output_processor"] = json.loads
    return BashOperator(
        task_id=task_id or (name if verb == "step" else f"{name}__{verb}"),
        bash_command=f"exec {PYTHON} -m flowc.runtime_shim {verb} {name}",
        env={**ENV, "FLOWC_STEP": name, "FLOWC_AT": at, **(env or {})},
        append_env=True,
        skip_on_exit_code=None,
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
    dag_id="SwitchTail",
    schedule=None,
    start_date=datetime(2024, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    default_args={"retries": 0, "owner": "flowc"},
    params={
        "number": Param(2, type="integer"),
    },
    tags=["flowc"],
    doc_md=__doc__,
) as dag:
    start = step(
        "start",
        control=True,
        env={"FLOWC_CODE": "sha256:fb672df960dc030ce588f25154883140f2fbcbdb2259d26d29e5cf12ec40c90d", "FLOWC_PARAMS": "{{ params | tojson }}"},
    )
    a = step("a")
    b = step("b")
    c = step("c")
    d = step("d")
    e = step("e")
    f = step("f")
    end = step("end", outlets=[Asset("x-flowc://flow/SwitchTail/finished")])
    d__live = merge_of("d", "start__a", "start__b")
    f__live = merge_of("f", "start")
    start >> arm("start", "a") >> a >> d__live >> d >> f__live >> f >> end
    start >> arm("start", "b") >> b >> d__live
    start >> arm("start", "c") >> c >> e >> f__live
