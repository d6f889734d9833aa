"""Parses a folder of DAG files as Airflow's dag processor does, and says what came of each.

VENV/bin/python parse_dags.py FOLDER     with AIRFLOW_HOME set; one JSON object on the last line of standard output.
Runs on 2.x and 3.x; needs nothing but Airflow and the standard library.
"""

import json
import sys
import warnings


def main(folder: str) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            from airflow.dag_processing.dagbag import DagBag
        except ImportError:
            from airflow.models.dagbag import DagBag
        imported = len(caught)
        bag = DagBag(folder)
        dags = {name: shape(dag) for name, dag in bag.dags.items()}
    found = [
        f"{warning.filename}: {warning.category.__name__}: {warning.message}"
        for place, warning in enumerate(caught)
        if str(warning.filename).startswith(folder) or (place >= imported and warning.category.__module__.startswith("airflow"))
    ]
    print(json.dumps({"import_errors": bag.import_errors, "warnings": found, "dags": dags}))


def shape(dag):
    """What a scheduler would see of the DAG, after it went through the database's form."""
    try:
        from airflow.serialization.serialized_objects import DagSerialization as Form
    except ImportError:
        from airflow.serialization.serialized_objects import SerializedDAG as Form
    stored = Form.to_dict(dag)
    back = Form.from_dict(json.loads(json.dumps(stored, default=str)))
    return {
        "tasks": {task.task_id: sorted(task.downstream_task_ids) for task in back.tasks},
        "rules": {task.task_id: str(getattr(task.trigger_rule, "value", task.trigger_rule)) for task in back.tasks},
        "timetable": type(back.timetable).__name__,
        "stored": json.dumps(stored["dag"], sort_keys=True, default=str),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
