"""PodFlow: Loads shards, trains on each, tunes in turns.

Written by flowc 0.1.0 from tests/data/airflow/pods/flow.py (sha256:18c44fa0bcf373d8c46368bae91ff40bcb4a6a69d1a384fd92a49a2bc8fc2873).
Edit the flow and compile again, not this file.
Options: --target airflow --operator kubernetes --image registry.example/flows:1
"""

from datetime import datetime, timedelta, timezone

try:  # Airflow 3
    from airflow.sdk import DAG, Asset, Param, task, task_group
except ImportError:  # Airflow 2.10, 2.11
    from airflow.datasets import Dataset as Asset
    from airflow.decorators import task, task_group
    from airflow.models.dag import DAG
    from airflow.models.param import Param
try:  # Airflow 3.2
    from airflow.sdk.exceptions import AirflowSkipException
except ImportError:
    from airflow.exceptions import AirflowSkipException
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator

PYTHON = "python"  # of the image; flowc and what the flow imports are installed there
MAX_MAP_LENGTH = 1024  # [core] max_map_length of the site
ENV = {
    "FLOWC_ENGINE": "airflow",
    "FLOWC_FLOW": "PodFlow",
    "FLOWC_RUN": "{{ run_id }}",
    "FLOWC_ATTEMPT": "{{ ti.try_number - 1 }}",
    "FLOWC_USER_RETRIES": "{{ ti.max_tries }}",
    "FLOWC_TASK_ID": "{{ ti.id | default(ti.key) }}",
}
POD_START = {
    "spec": {
        "containers": [
            {
                "name": "base",
                "image": "registry.example/flows:1",
                "envFrom": [{"secretRef": {"name": "warehouse"}}],
                "resources": {"requests": {"cpu": "1", "memory": "4096M", "ephemeral-storage": "10240M"}},
            },
        ],
        "restartPolicy": "Never",
    },
}
POD_TRAIN = {
    "metadata": {"annotations": {"note": '{{ "{{ not a template }}" }}'}},
    "spec": {
        "containers": [
            {
                "name": "base",
                "image": "registry.example/gpu:2",
                "resources": {"requests": {"cpu": "1", "memory": "16000M", "ephemeral-storage": "10240M"}, "limits": {"nvidia.com/gpu": "1"}},
                "volumeMounts": [{"name": "shared-memory", "mountPath": "/dev/shm"}, {"name": "claim-models", "mountPath": "/models"}],
            },
        ],
        "volumes": [
            {"name": "shared-memory", "emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}},
            {"name": "claim-models", "persistentVolumeClaim": {"claimName": "models"}},
        ],
        "restartPolicy": "Never",
        "nodeSelector": {"disk": "ssd"},
        "tolerations": [{"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}],
    },
}
POD = {
    "spec": {
        "containers": [
            {"name": "base", "image": "registry.example/flows:1", "resources": {"requests": {"cpu": "1", "memory": "4096M", "ephemeral-storage": "10240M"}}},
        ],
        "restartPolicy": "Never",
    },
}
POD_TUNE = {
    "spec": {
        "containers": [
            {
                "name": "base",
                "image": "registry.example/flows:1",
                "envFrom": [{"secretRef": {"name": "judge"}}],
                "resources": {"requests": {"cpu": "4", "memory": "8000M", "ephemeral-storage": "10240M"}},
            },
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
        name=f"podflow-{name}",
        cmds=[python, "-m", "flowc.runtime_shim"],
        arguments=[verb, name],
        env_vars={**ENV, "FLOWC_STEP": name, "FLOWC_AT": at, **(env or {})},
        pod_template_dict=pod,
        startup_timeout_seconds=600,
        do_xcom_push=control,
        **kwargs,
    )


@task(trigger_rule="none_failed", retries=3, retry_delay=timedelta(seconds=10))
def splits(controls):
    """The addresses of a foreach's items; several to a task where Airflow cannot map so many."""
    lines = [line if isinstance(line, list) else [line] for line in controls or [] if line]
    counts = [(control["at"], control["count"]) for line in lines for control in line if isinstance(control, dict)]
    if not counts:
        raise AirflowSkipException("this foreach did not run")
    size = -(-sum(count for _, count in counts) // MAX_MAP_LENGTH)
    pieces = [f"{at}.{i}" if size == 1 else f"{at}.{i}:{min(i + size, count)}" for at, count in counts for i in range(0, count, size)]
    size = -(-len(pieces) // MAX_MAP_LENGTH)
    return [" ".join(pieces[i : i + size]) for i in range(0, len(pieces), size)]


def foreach(name, task_id=None):
    """The planner of foreach step `name`."""
    return splits.override(task_id=task_id or f"{name}__splits")(dag.get_task(name).output)


with DAG(
    dag_id="PodFlow",
    schedule=None,
    start_date=datetime(2024, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    default_args={"retries": 0, "owner": "flowc"},
    params={
        "note": Param("$(HOME) $$ {{ ti }}", type="string", description="dollar signs and braces"),
    },
    tags=["flowc"],
    doc_md=__doc__,
) as dag:
    step(
        "start",
        control=True,
        env={
            "GREETING": '{{ "$$(FLOWC_RUN) {{ x }}" }}',
            "SCRIPT": '{{ "run.sh" }}',
            "FLOWC_CODE": "sha256:e7afa06f747a0d591728a0d415bc579c741c99b2378a1c5291e698f143f9a30d",
            "FLOWC_PARAMS": "{{ params | tojson | replace('$', '$$') }}",
        },
        pod=POD_START,
        doc_md="Load.",
    )
    start__splits = foreach("start")

    @task_group(prefix_group_id=False)
    def start__1(at):
        step(
            "train",
            each="start__splits",
            env={"FLOWC_CATCH": "problem", "FLOWC_USER_RETRIES": "{{ ti.max_tries - 1 }}", "FLOWC_TIMEOUT": "300"},
            pod=POD_TRAIN,
            python="/opt/venv/bin/python",
            retries=2,
            retry_delay=timedelta(seconds=0),
        )

    start__1 = start__1.expand(at=start__splits)
    best = step("best")
    tune__loop = step("tune", verb="loop", pod=POD_TUNE)
    end = step("end", outlets=[Asset("x-flowc://flow/PodFlow/finished")])
    start__1 >> best >> tune__loop >> end
