"""ExitHook.

Written by flowc 0.1.0 from tests/golden/exit_hook/flow.py (sha256:6756b408c8edbf98b82fb3fca3c30bee88cf3c05cb56523e7561eb26c4c3f700).
Edit the flow and compile again, not this file.
Options: --target airflow
"""

import json
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
try:  # the standard provider
    from airflow.providers.standard.operators.bash import BashOperator
except ImportError:
    from airflow.operators.bash import BashOperator

PYTHON = "python"  # of the worker; flowc and what the flow imports are installed there
MAX_MAP_LENGTH = 1024  # [core] max_map_length of the site
ENV = {
    "FLOWC_ENGINE": "airflow",
    "FLOWC_FLOW": "ExitHook",
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
    dag_id="ExitHook",
    schedule=None,
    start_date=datetime(2024, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    default_args={"retries": 0, "owner": "flowc"},
    params={
        "broken": Param(False, type="boolean"),
    },
    tags=["flowc"],
    doc_md=__doc__,
) as dag:
    start = step(
        "start",
        env={"FLOWC_CODE": "sha256:7d68ae53330c4ac1162ebf6591baf0b92f65aadda25ebf3e1d9bcc2c3522e9f6", "FLOWC_PARAMS": "{{ params | tojson }}"},
    )
    fast = step("fast")
    slow = step("slow", control=True)
    slow__splits = foreach("slow")

    @task_group(prefix_group_id=False)
    def slow__1(at):
        step("work", each="slow__splits")

    slow__1 = slow__1.expand(at=slow__splits)
    gather = step("gather")
    join = step("join")
    end = step("end", outlets=[Asset("x-flowc://flow/ExitHook/finished")])
    start >> [fast, slow]
    fast >> join >> end
    slow__1 >> gather >> join
    exit_hook = step("recorded", verb="exit-hook", task_id="exit_hook", env={"FLOWC_STEP": "end"}).as_teardown()
    for name in ["fast", "slow", "work", "gather", "end"]:
        dag.get_task(name) >> exit_hook
