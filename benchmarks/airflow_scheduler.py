"""CPU of Airflow's scheduler for a wide foreach against a mapped task group written by hand: python benchmarks/airflow_scheduler.py.

Starts a whole Airflow with PostgreSQL, then runs both DAGs in turn: as many tasks each, and each task of both a process of its own.
Counted is the CPU of the scheduler's own process from the trigger to the end of the run, not that of the tasks. Takes some minutes.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import flows
from measure import MISSED, REPO, machine, verdict

sys.path.insert(0, str(REPO / "tests/engines/airflow"))
from scheduler_site import Site, airflow_site

TICKS = os.sysconf("SC_CLK_TCK")
GATE = 1.1
BY_HAND = """\
from datetime import datetime

try:
    from airflow.sdk import DAG, task, task_group
except ImportError:
    from airflow.decorators import task, task_group
    from airflow.models.dag import DAG
try:
    from airflow.providers.standard.operators.bash import BashOperator
except ImportError:
    from airflow.operators.bash import BashOperator

RUN = {run!r}

with DAG(dag_id="ByHand", schedule=None, start_date=datetime(2024, 1, 1), catchup=False) as dag:

    @task
    def plan():
        return [str(number) for number in range({width})]

    @task_group
    def items(number):
        BashOperator(task_id="body", bash_command=RUN, env={{"NUMBER": number}}, append_env=True)

    start = BashOperator(task_id="start", bash_command=RUN)
    numbers = plan()
    start >> numbers
    items.expand(number=numbers) >> BashOperator(task_id="join", bash_command=RUN) >> BashOperator(task_id="end", bash_command=RUN)
"""


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--width", type=int, default=100)
    options.add_argument("--airflow", default="3.3")
    given = options.parse_args()
    venv = REPO / f".venvs/airflow-{given.airflow}"
    if not (venv / "bin/airflow").exists():
        print(f"Airflow is not installed at {venv}: `make engines` installs it; nothing is measured")
        return 0
    print(f"scheduler of Airflow {given.airflow}, foreach of {given.width}; {machine()}")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "dags").mkdir()
        write_dags(home, given.width)
        with airflow_site(venv, home / "dags", home / "airflow") as site:
            dags = {"flowc": "Wide", "by hand": "ByHand"}
            for dag in dags.values():
                site.unpause(dag)
            seen: dict[str, list[float]] = {name: [] for name in dags}
            for turn in range(given.runs + 1):
                for name, dag in dags.items():
                    cpu = run_once(site, dag, f"run-{turn}", given.width + 4)
                    if turn:
                        seen[name].append(cpu)
    medians = {name: statistics.median(costs) for name, costs in seen.items()}
    for name, costs in seen.items():
        print(f"  {name}: {medians[name]:.2f} s CPU ({', '.join(f'{cost:.2f}' for cost in costs)})")
    return 0 if verdict("scheduler CPU, flowc / by hand", medians["flowc"] / medians["by hand"], GATE) else MISSED


def write_dags(home: Path, width: int) -> None:
    """Write both DAG files, flowc's by its own command."""
    flow = flows.write(home / "flow", "wide.py", flows.foreach(width))
    command = [sys.executable, "-m", "flowc", "deploy", str(flow), "--target", "airflow", "--root", (home / "store").as_uri()]
    subprocess.run([*command, "--python", sys.executable, "--dags-folder", str(home / "dags")], check=True, capture_output=True)
    (home / "dags/by_hand.py").write_text(BY_HAND.format(run=f"exec {sys.executable} -c pass", width=width))


def run_once(site: Site, dag: str, run: str, tasks: int) -> float:
    """Run a DAG to its end and return the CPU seconds that the scheduler took for it."""
    pid = site.processes.running["scheduler"].pid
    begin = cpu_of(pid)
    site.trigger(dag, run, {})
    state = site.wait(dag, run)
    spent = cpu_of(pid) - begin
    states = [task["state"] for task in site.tasks(dag, run).values()]
    assert state == "success", f"{dag}: {state}"
    assert states == ["success"] * tasks, f"{dag}: {len(states)} tasks"
    return spent


def cpu_of(pid: int) -> float:
    """CPU seconds of a process itself, without its children: fields 14 and 15 of `proc_pid_stat(5)`."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


if __name__ == "__main__":
    sys.exit(main())
