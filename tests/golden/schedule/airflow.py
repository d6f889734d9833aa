"""Nightly.

Written by flowc 0.1.0 from tests/golden/schedule/flow.py (sha256:31c539da20a7f33bfd8ed4cebad84354d6dfe38f13a97fd4d32c94a403f22a2f).
Edit the flow and compile again, not this file.
Options: --target airflow
"""

import json
from datetime import datetime, timezone

try:  # Airflow 3
    from airflow.sdk import DAG, Asset, Param
except ImportError:  # Airflow 2.10, 2.11
    from airflow.datasets import Dataset as Asset
    from airflow.models.dag import DAG
    from airflow.models.param import Param
try:  # the standard provider
    from airflow.providers.standard.operators.bash import BashOperator
except ImportError:
    from airflow.operators.bash import BashOperator
from airflow.timetables.trigger import CronTriggerTimetable

PYTHON = "python"  # of the worker; flowc and what the flow imports are installed there
ENV = {
    "FLOWC_ENGINE": "airflow",
    "FLOWC_FLOW": "Nightly",
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


with DAG(
    dag_id="Nightly",
    schedule=CronTriggerTimetable("30 2 * * MON-FRI", timezone="Europe/Berlin"),
    start_date=datetime(2024, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    default_args={"retries": 0, "owner": "flowc"},
    params={
        "days": Param(1, type="integer", description="How many days to look back"),
    },
    tags=["flowc"],
    doc_md=__doc__,
) as dag:
    start = step(
        "start",
        env={"FLOWC_CODE": "sha256:5aa8344c2842b03b7ce19349680a21aac76a19a62d1b2ed9af6aa703416d31bd", "FLOWC_PARAMS": "{{ params | tojson }}"},
    )
    end = step("end", outlets=[Asset("x-flowc://flow/Nightly/finished")])
    start >> end
