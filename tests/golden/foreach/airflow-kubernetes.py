"""Foreach.

Written by flowc 0.1.0 from tests/golden/foreach/flow.py (sha256:81b7e04b59171fd234f64df852a0f18c4c15290d6693d6e5a9e70490bebc8082).
Edit the flow and compile again, not this file.
Options: --target airflow --operator kubernetes --image registry.example/flows:1
"""

from datetime import datetime, timedelta, timezone

try:  # Airflow 3
    from airflow.sdk import DAG, Asset, task, task_group
except ImportError:  # Airflow 2.10, 2.11
    from airflow.datasets import Dataset as Asset
    from airflow.decorators import task, task_group
    from airflow.models.dag import DAG
try:  # Airflow 3.2
    from airflow.sdk.exceptions import AirflowSkipException
except ImportError:
    from airflow.exceptions import AirflowSkipException
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator

PYTHON = "python"  # of the image; flowc and what the flow imports are installed there
MAX_MAP_LENGTH = 1024  # [core] max_map_length of the site
ENV = {
    "FLOWC_ENGINE": "airflow",
    "FLOWC_FLOW": "Foreach",
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
        name=f"foreach-{name}",
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
    dag_id="Foreach",
    schedule=None,
    start_date=datetime(2024, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    default_args={"retries": 0, "owner": "flowc"},
    tags=["flowc"],
    doc_md=__doc__,
) as dag:
    step("start", control=True, env={"FLOWC_CODE": "sha256:9f7eeb64f30b9243722629f016d45488779b943a27c99079b7de73fb3bd9f023"})
    start__splits = foreach("start")

    @task_group(prefix_group_id=False)
    def start__1(at):
        step("body", each="start__splits")

    start__1 = start__1.expand(at=start__splits)
    join = step("join")
    end = step("end", outlets=[Asset("x-flowc://flow/Foreach/finished")])
    start__1 >> join >> end
