"""A real Airflow for tests: its own home and database, DAGs run one after the other by `run_dags.py`. Airflow stays in its own venv."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
VENV = Path(os.environ.get("FLOWC_AIRFLOW_VENV", HERE.parents[2] / ".venvs/airflow-3.3"))


@dataclass(frozen=True, slots=True)
class TaskInstance:
    """One task instance as Airflow's database has it after the run; `at` is the address that the UI shows beside a mapped one."""

    id: str
    state: str
    tries: int
    at: str


@dataclass(frozen=True, slots=True)
class DagRun:
    """One run: its state, its task instances by (task id, map index), and the tasks that left an XCom."""

    run_id: str
    state: str
    tasks: dict[tuple[str, int], TaskInstance]
    pushed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """All runs by key, and what Airflow said when it parsed the folder."""

    runs: dict[str, DagRun]
    import_errors: dict[str, str]
    warnings: list[str]


@dataclass(frozen=True, slots=True)
class Job:
    """A DAG to run, with the values given to it."""

    key: str
    dag_id: str
    conf: Mapping[str, Any]


def run_dags(home: Path, dags: Path, jobs: Sequence[Job], environment: Mapping[str, str], prefix: Sequence[str] = ()) -> Outcome:
    """Run `jobs` in a fresh Airflow home and return what happened; raises AssertionError with Airflow's log where it broke.

    prefix: words of a command that runs the rest of its line somewhere, as `nsenter` does.
    The steps run with the interpreter of this process, which has flowc; Airflow never has.
    """
    home.mkdir(parents=True)
    env = _environment(home, dags) | dict(environment)
    _call([VENV / "bin/airflow", "db", "migrate"], env, home / "migrate.log")
    (home / "jobs.json").write_text(json.dumps([{"key": job.key, "dag_id": job.dag_id, "conf": dict(job.conf)} for job in jobs]))
    _call([*prefix, VENV / "bin/python", HERE / "run_dags.py", home / "jobs.json", home / "results.jsonl"], env, home / "run.log")
    *rows, said = [json.loads(line) for line in (home / "results.jsonl").read_text().splitlines()]
    return Outcome({row["key"]: _run(row) for row in rows}, said["import_errors"], said["warnings"])


def dags_test(home: Path, dags: Path, dag_id: str) -> int:
    """Run one DAG by the command `airflow dags test` in a home that `run_dags` made, and return its exit code."""
    with (home / f"{dag_id}.log").open("wb") as log:
        command = [VENV / "bin/airflow", "dags", "test", dag_id]
        return subprocess.run(command, env=_environment(home, dags), stdout=log, stderr=subprocess.STDOUT, cwd=home).returncode


def _environment(home: Path, dags: Path) -> dict[str, str]:
    assert (VENV / "bin/airflow").exists(), f"Airflow is not installed at {VENV}: make engines"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "FLOWC_", "PYTHONPATH"))}
    return kept | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "300",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _run(row: Mapping[str, Any]) -> DagRun:
    tasks = {
        (task["task_id"], task["map_index"]): TaskInstance(
            task["id"], task["state"], task["try_number"], (task["label"] or "") if task["map_index"] >= 0 else "r"
        )
        for task in row["tasks"]
    }
    return DagRun(row["run_id"], row["state"], tasks, tuple(row["pushed"]))


def _call(command: Sequence[object], env: Mapping[str, str], log: Path) -> None:
    with log.open("wb") as file:
        done = subprocess.run([str(word) for word in command], env=env, stdout=file, stderr=subprocess.STDOUT, cwd=log.parent)
    assert done.returncode == 0, f"{command[0]} ended with {done.returncode}\n{log.read_text(errors='replace')[-6000:]}"
