"""Runs DAGs one after the other in one Airflow process, as `airflow dags test` does, and says what happened to every task.

VENV/bin/python run_dags.py JOBS RESULTS     with AIRFLOW_HOME and AIRFLOW__CORE__DAGS_FOLDER set and the database migrated.
JOBS: JSON list of {"key", "dag_id", "conf"}. RESULTS: a line of JSON for each run as it ends, and last one with the import errors and
warnings of the folder. Needs nothing but Airflow and the standard library.
"""

import json
import sys
import time
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path


def main(jobs: str, results: str) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        from airflow.dag_processing.dagbag import DagBag

        bag = DagBag()
    folder = bag.dag_folder
    poll_often()
    with open(results, "w", encoding="utf-8") as file:
        for place, job in enumerate(json.loads(Path(jobs).read_text(encoding="utf-8"))):
            if job["dag_id"] in bag.dags:
                print(json.dumps(run(bag.dags[job["dag_id"]], job, place)), file=file, flush=True)
        found = [str(warning.message) for warning in caught if str(warning.filename).startswith(str(folder))]
        print(json.dumps({"key": "", "import_errors": bag.import_errors, "warnings": found}), file=file)


def poll_often():
    """`dag.test` waits a second whenever nothing can start, as after every skipped task; here a twentieth will do."""
    wait = time.sleep
    time.sleep = lambda seconds: wait(min(seconds, 0.05))


def run(dag, job, place):
    """Run `dag` once; each run has a logical date of its own, and so a name of its own."""
    from airflow.models.taskinstance import TaskInstance
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session
    from sqlalchemy import select

    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=place)
    outcome = dag.test(logical_date=moment, run_conf=job["conf"])
    with create_session() as session:
        where = (TaskInstance.dag_id == dag.dag_id, TaskInstance.run_id == outcome.run_id)
        rows = session.scalars(select(TaskInstance).where(*where)).all()
        tasks = [
            {
                "id": str(row.id),
                "task_id": row.task_id,
                "map_index": row.map_index,
                "state": str(row.state),
                "try_number": row.try_number,
                "label": row.rendered_map_index,
            }
            for row in rows
        ]
        pushed = session.scalars(select(XComModel.task_id).where(XComModel.dag_id == dag.dag_id, XComModel.run_id == outcome.run_id)).all()
    return {"key": job["key"], "run_id": outcome.run_id, "state": str(outcome.state), "tasks": tasks, "pushed": sorted(set(pushed))}


if __name__ == "__main__":
    main(*sys.argv[1:])
