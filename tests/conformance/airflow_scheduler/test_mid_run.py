"""What may happen while a run goes on: its file is replaced by another version, its scheduler dies."""

import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest
from support.scheduler_runs import Running

from flowc.runtime_shim.contract import commit_key
from flowc.runtime_shim.stores import open_store

pytestmark = [pytest.mark.airflow, pytest.mark.scheduler, pytest.mark.slow]

FLOWS = Path(__file__).parent / "flows"
IMPATIENT = {
    "SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "20",
    "SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "10",
    "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "30",
    "SCHEDULER__SCHEDULER_ZOMBIE_TASK_THRESHOLD": "30",
}
"""How soon the other scheduler takes over: by default it takes five minutes."""


def test_a_run_stays_on_its_code(running: Running, tmp_path: Path) -> None:
    folder = _begin(running, "replaced")
    other = tmp_path / "paced.py"
    other.write_text((FLOWS / "paced.py").read_text().replace("VERSION = 1", "VERSION = 2"))
    running.deploy(other, "Paced")
    text = (running.site.dags / "Paced.py").read_text()
    running.wait_until("its parse", lambda: running.site.source("Paced") == text)
    (folder / "open").touch()
    assert running.wait_for("Paced", "replaced") == "success"
    old = running.trace(FLOWS / "paced.py", "Paced", "replaced").tasks
    assert (old["start", "r"]["begun"], old["end", "r"]["versions"], old["end", "r"]["version"]) == ("1", "[1, 1]", "1")

    running.site.trigger("Paced", "later", {"folder": str(folder)})
    assert running.wait_for("Paced", "later") == "success"
    new = running.trace(other, "Paced", "later").tasks
    assert (new["start", "r"]["begun"], new["end", "r"]["versions"], new["end", "r"]["version"]) == ("2", "[2, 2]", "2")


def test_a_scheduler_that_dies(running: Running) -> None:
    """One item commits while no scheduler lives, the other dies with it: the first is not run again, the second is."""
    folder = _begin(running, "orphaned")
    survivor, victim = (pid for _, _, pid in sorted(_executions(folder)))
    running.site.processes.kill("scheduler", spare={os.getpgid(survivor)})
    with suppress(ProcessLookupError):
        os.kill(victim, signal.SIGKILL)
    (folder / "open").touch()
    store = open_store(running.root)
    running.wait_until("the survivor's commit", lambda: store.get(commit_key("Paced", "orphaned", "work", "r.0")))
    assert store.get(commit_key("Paced", "orphaned", "work", "r.1")) is None

    running.site.start_part("scheduler", IMPATIENT)
    assert running.wait_for("Paced", "orphaned") == "success"
    assert [(index, attempt) for index, attempt, _ in sorted(_executions(folder))] == [(0, 0), (1, 0), (1, 1)]
    there = running.trace(FLOWS / "paced.py", "Paced", "orphaned")
    assert there.succeeded
    assert (there.attempts["work", "r.0"], there.attempts["work", "r.1"]) == (0, 1)
    assert {task["try_number"] for (name, _), task in running.site.tasks("Paced", "orphaned").items() if name == "work"} == {2}


def test_a_loop_goes_on_after_its_last_checkpoint(running: Running) -> None:
    """The container dies in the second turn, behind the commit of that turn's first step: what has committed does not run again."""
    folder = running.folder / "laps"
    assert running.wait_for("Laps", "laps") == "success"
    assert (folder / "executions").read_text().splitlines() == [
        "run 0 0",
        "look 0 0",
        "run 1 0",
        "look 1 0",
        "look 1 1",
        "run 2 0",
        "look 2 0",
    ]
    assert {name: task["try_number"] for (name, _), task in running.site.tasks("Laps", "laps").items()} == {
        "start": 1,
        "run__loop": 2,
        "end": 1,
    }
    there = running.trace(FLOWS / "laps.py", "Laps", "laps")
    assert set(there.tasks) == {("start", "r"), ("end", "r"), *((step, f"r~{turn}") for step in ("run", "look") for turn in range(3))}
    assert {task: number for task, number in there.attempts.items() if number} == {("look", "r~1"): 1}


def _begin(running: Running, run: str) -> Path:
    """Start a run of Paced and return its folder, once both items wait for its file `open`."""
    folder = running.make_folder(run)
    running.site.trigger("Paced", run, {"folder": str(folder)})
    running.wait_until("both items", lambda: (folder / "executions").exists() and len(_executions(folder)) == 2)
    return folder


def _executions(folder: Path) -> list[tuple[int, int, int]]:
    """(index, attempt, process) of each execution."""
    lines = (folder / "executions").read_text().splitlines()
    return [(int(index), int(attempt), int(pid)) for index, attempt, pid in map(str.split, lines)]
