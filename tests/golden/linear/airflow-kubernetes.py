"""Linear: Three steps.

Written by flowc 0.1.0 from tests/golden/linear/flow.py (sha256:7a4f5a3a49e4db11d8832d918de074d972e13673899b36dbadc4ab0e48371a10).
Edit the flow and compile again, not this file.
Options: --target airflow --operator kubernetes --image registry.example/flows:1
"""

from datetime import datetime, timezone

try:  # Airflow 3
    from airflow.sdk import DAG, Asset
except ImportError:  # Airflow 2.10, 2.11
    from airflow.datasets import Dataset as Asset
    from airflow.models.dag import DAG
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator

PYTHON = "python"  # of the image; flowc and what the flow imports are installed there
ENV = {
    "FLOWC_ENGINE": "airflow",
    "FLOWC_FLOW": "Linear",
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
        name=f"linear-{name}",
        cmds=[python, "-m", "flowc.runtime_shim"],
        arguments=[verb, name],
        env_vars={**ENV, "FLOWC_STEP": name, "FLOWC_AT": at, **(env or {})},
        pod_template_dict=pod,
        startup_timeout_seconds=600,
        do_xcom_push=control,
        **kwargs,
    )


with DAG(
    dag_id="Linear",
    schedule=None,
    start_date=datetime(2024, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    default_args={"retries": 0, "owner": "flowc"},
    tags=["flowc"],
    doc_md=__doc__,
) as dag:
    start = step("start", env={"FLOWC_CODE": "sha256:c8a9fa4e5bb48f3f7f2e27fbe95b037a0c5f3e1ccba680586ed020e20c6b3335"})
    middle = step("middle")
    end = step("end", outlets=[Asset("x-flowc://flow/Linear/finished")])
    start >> middle >> end
