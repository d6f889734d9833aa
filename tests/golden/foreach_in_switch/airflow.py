"""ForeachInSwitch.

Written by flowc 0.1.0 from tests/golden/foreach_in_switch/flow.py (sha256:f1e47d88a142d5c17cbe02bee5ca78eb1cbc4921c915d2246937f064f59f42a7).
Edit the flow and compile again, not this file.
Options: --target airflow
"""

import json
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
try:  # the standard provider
    from airflow.providers.standard.operators.bash import BashOperator
except ImportError:
    from airflow.operators.bash import BashOperator

PYTHON = "python"  # of the worker; flowc and what the flow imports are installed there
MAX_MAP_LENGTH = 1024  # [core] max_map_length of the site
ENV = {
    "FLOWC_ENGINE": "airflow",
    "FLOWC_FLOW": "ForeachInSwitch",
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


def foreach(name, task_id=None):
    """The planner of foreach step `name`."""
    return splits.override(task_id=task_id or f"{name}__splits")(dag.get_task(name).output)


def arm(switch, target, opener=None, task_id=None):
    """The gate in front of step `target`, chosen by `switch`; `opener` is the task that ran the switch."""
    return case.override(task_id=task_id or f"{switch}__{target}")(switch, target, opener or switch)


def merge_of(name, *openers, task_id=None):
    """The gate in front of step `name`, where arms come together; one of `openers` runs whenever `name` must."""
    return live.override(task_id=task_id or f"{name}__live")(openers)


with DAG(
    dag_id="ForeachInSwitch",
    schedule=None,
    start_date=datetime(2024, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    default_args={"retries": 0, "owner": "flowc"},
    tags=["flowc"],
    doc_md=__doc__,
) as dag:
    step("start", control=True, env={"FLOWC_CODE": "sha256:dfa3e2eb12979f96672dcdfd34ec7ce9ee53f3880b4b351b94a64084f137628f"})
    start__splits = foreach("start")

    @task_group(prefix_group_id=False)
    def start__1(at):
        group = step("group", each="start__splits", control=True)
        fan = step("fan", each="start__splits", control=True)
        group >> arm("group", "fan") >> fan
        group >> arm("group", "close")

    start__1 = start__1.expand(at=start__splits)
    fan__splits = foreach("fan")

    @task_group(prefix_group_id=False)
    def fan__1(at):
        step("member", each="fan__splits")

    fan__1 = fan__1.expand(at=fan__splits)

    @task_group(prefix_group_id=False)
    def start__2(at):
        add = step("add", each="start__splits")
        close = step("close", each="start__splits")
        add__live = merge_of("add", "fan")
        close__live = merge_of("close", "group")
        add__live >> add >> close__live >> close

    start__2 = start__2.expand(at=start__splits)
    join = step("join")
    end = step("end", outlets=[Asset("x-flowc://flow/ForeachInSwitch/finished")])
    start__1 >> start__2 >> join >> end
    fan__1 >> start__2
