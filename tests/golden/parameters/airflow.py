"""Parameters: Parameters.

Written by flowc 0.1.0 from tests/golden/parameters/flow.py (sha256:811691c93a74e3bc95a7f54f688e4cb36cb4992faab343ca4ba4d44fe9f15c4c).
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

PYTHON = "python"  # of the worker; flowc and what the flow imports are installed there
ENV = {
    "FLOWC_ENGINE": "airflow",
    "FLOWC_FLOW": "Parameters",
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
    dag_id="Parameters",
    schedule=None,
    start_date=datetime(2024, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    default_args={"retries": 0, "owner": "flowc"},
    params={
        "count": Param(3, type="integer", description="How many."),
        "learning-rate": Param(0.1, type="number", title="Learning rate"),
        "flag": Param(False, type="boolean"),
        "text": Param('it\'s "$(touch pwned)" `id` <&> {{ 7*7 }} {% raw %} \\n \n\té run.sh', type="string"),
        "nothing": Param(None, type=["null", "string"]),
        "tree": Param('{"a": [1, 2.5, null], "b": {"c": "d"}}'),
        "words": Param("x,y,z", type="string"),
        "run-mode": Param("fast", type="string", enum=["fast", "{{ slow }}"], title="Run mode", description="How to run."),
        "other_mode": Param(None, type=["null", "string"], enum=["a", "b", None], title="Other mode"),
    },
    tags=["flowc"],
    doc_md=__doc__,
) as dag:
    start = step(
        "start",
        env={"FLOWC_CODE": "sha256:fffe3aa1c426938a637f416fa0b94d35b7eab932e518774af588666071cab542", "FLOWC_PARAMS": "{{ params | tojson }}"},
    )
    end = step("end", outlets=[Asset("x-flowc://flow/Parameters/finished")])
    start >> end
