"""Triggered.

Written by flowc 0.1.0 from tests/golden/triggered/flow.py (sha256:8f03aaa6114351ee5c777efa9aef44b03b71b4284ec166ebd59f60844445a33c).
Edit the flow and compile again, not this file.
Options: --target airflow
"""

import json
from datetime import datetime, timezone

try:  # Airflow 3
    from airflow.sdk import DAG, Asset
except ImportError:  # Airflow 2.10, 2.11
    from airflow.datasets import Dataset as Asset
    from airflow.models.dag import DAG
try:  # the standard provider
    from airflow.providers.standard.operators.bash import BashOperator
except ImportError:
    from airflow.operators.bash import BashOperator
from airflow.timetables.trigger import CronTriggerTimetable

try:  # Airflow 3
    from airflow.timetables.assets import AssetOrTimeSchedule
except ImportError:  # Airflow 2.10, 2.11
    from airflow.timetables.datasets import DatasetOrTimeSchedule

    def AssetOrTimeSchedule(*, timetable, assets):
        """The same by the name and argument of 2.x."""
        return DatasetOrTimeSchedule(timetable=timetable, datasets=assets)


PYTHON = "python"  # of the worker; flowc and what the flow imports are installed there
TRIGGER = (
    "{% set found = [] %}{% for events in (triggering_asset_events | default(triggering_dataset_events)).values() %}{% for event in events %}"
    "{% set part = (event.asset | default(event.dataset)).uri.split('/') %}"
    "{% set run = event.source_dag_id ~ '/' ~ event.source_run_id if event.source_run_id else '' %}"
    "{% set kind = 'run' if part[2] == 'flow' else 'event' %}"
    "{% set _ = found.append({'name': part[3], 'id': run, 'timestamp': event.timestamp.isoformat(), 'type': kind}) %}"
    "{% endfor %}{% endfor %}{{ found | tojson if found else '' }}"
)
ENV = {
    "FLOWC_ENGINE": "airflow",
    "FLOWC_FLOW": "Triggered",
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
    dag_id="Triggered",
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("0 0 * * 0", timezone="UTC"),
        assets=(Asset("x-flowc://event/orders") & Asset("x-flowc://event/prices")) | Asset("x-flowc://flow/Linear/finished"),
    ),
    start_date=datetime(2024, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    default_args={"retries": 0, "owner": "flowc"},
    tags=["flowc"],
    doc_md=__doc__,
) as dag:
    start = step("start", env={"FLOWC_CODE": "sha256:6b6d8568197740c42c2734f9b49c08289d3713078636e124931b8a31c0b76688", "FLOWC_TRIGGER": TRIGGER})
    end = step("end", outlets=[Asset("x-flowc://flow/Triggered/finished")])
    start >> end
