"""CatchKilled.

Written by flowc 0.1.0 from tests/golden/catch_killed/flow.py (sha256:257635455ed49c4817e63c607734c110645bb94bcf72052d85ffb4cfe2ffe8ea).
Edit the flow and compile again, not this file.
Options: --target airflow --operator kubernetes --image registry.example/flows:1
"""

from datetime import datetime, timedelta, timezone

try:  # Airflow 3
    from airflow.sdk import DAG, Asset
except ImportError:  # Airflow 2.10, 2.11
    from airflow.datasets import Dataset as Asset
    from airflow.models.dag import DAG
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator

PYTHON = "python"  # of the image; flowc and what the flow imports are installed there
ENV = {
    "FLOWC_ENGINE": "airflow",
    "FLOWC_FLOW": "CatchKilled",
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
        name=f"catchkilled-{name}",
        cmds=[python, "-m", "flowc.runtime_shim"],
        arguments=[verb, name],
        env_vars={**ENV, "FLOWC_STEP": name, "FLOWC_AT": at, **(env or {})},
        pod_template_dict=pod,
        startup_timeout_seconds=600,
        do_xcom_push=control,
        **kwargs,
    )


with DAG(
    dag_id="CatchKilled",
    schedule=None,
    start_date=datetime(2024, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    default_args={"retries": 0, "owner": "flowc"},
    tags=["flowc"],
    doc_md=__doc__,
) as dag:
    start = step("start", env={"FLOWC_CODE": "sha256:8512acf0a2af9f49ff05089ceac79094434671adb0564de58f3db7255cafcc97"})
    fragile = step("fragile", env={"FLOWC_CATCH": "death", "FLOWC_USER_RETRIES": "{{ ti.max_tries - 1 }}"}, retries=1, retry_delay=timedelta(seconds=0))
    end = step("end", outlets=[Asset("x-flowc://flow/CatchKilled/finished")])
    start >> fragile >> end
