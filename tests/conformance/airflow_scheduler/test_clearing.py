"""What people do to runs after the fact: clear what failed, clear what succeeded, delete a run and take its name again."""

from pathlib import Path

import pytest
from support.scheduler_runs import Running

from flowc.runtime_shim.stores import open_store

pytestmark = [pytest.mark.airflow, pytest.mark.scheduler, pytest.mark.slow]

FLOWS = Path(__file__).parent / "flows"


def test_clearing_what_failed_goes_on(running: Running) -> None:
    folder = running.folder / "broken"
    assert running.wait_for("Mended", "broken") == "failed"
    before = running.trace(FLOWS / "mended.py", "Mended", "broken")
    assert set(before.tasks) == {("start", "r"), ("work", "r.0"), ("work", "r.2")}
    ran = _executions(folder)
    assert ran == ["start None 0", "work 0 0", "work 1 0", "work 2 0"]

    (folder / "mended").touch()
    running.site.clear("Mended", "broken", only_failed=True)
    assert running.wait_for("Mended", "broken") == "success"

    after = running.trace(FLOWS / "mended.py", "Mended", "broken")
    assert after.succeeded
    assert _executions(folder) == sorted([*ran, "work 1 1", "join None 0", "end None 0"]), "nothing that had committed ran again"
    assert after.tasks["end", "r"]["results"] == "[11, 21, 31]"
    assert after.attempts == {**before.attempts, ("work", "r.1"): 1, ("join", "r"): 0, ("end", "r"): 0}


def test_clearing_what_succeeded_repeats_it(running: Running) -> None:
    folder = running.folder / "whole"
    assert running.wait_for("Mended", "whole") == "success"
    ran, records = _executions(folder), _records(running, "Mended", "whole")
    running.site.clear("Mended", "whole", task_ids=["start"], include_downstream=True)
    assert running.wait_for("Mended", "whole") == "success"
    tasks = running.site.tasks("Mended", "whole")
    assert {task["try_number"] for task in tasks.values()} == {2}, "Airflow ran all of them again"
    assert _executions(folder) == ran, "and no user code"
    assert _records(running, "Mended", "whole") == records


def test_a_name_is_used_once(running: Running) -> None:
    """A DAG run that was deleted and made again has the same run id: its first step refuses to mix two runs."""
    assert running.wait_for("Linear", "again") == "success"
    records = _records(running, "Linear", "again")
    running.site.delete_run("Linear", "again")
    running.site.trigger("Linear", "again", {})
    assert running.wait_for("Linear", "again") == "failed"
    states = {name: task["state"] for (name, _), task in running.site.tasks("Linear", "again").items()}
    assert states == {"start": "failed", "middle": "upstream_failed", "end": "upstream_failed"}
    assert _records(running, "Linear", "again") == records
    logs = [path.read_text(errors="replace") for path in (running.site.home / "logs").rglob("*.log") if "again" in str(path)]
    assert any("is already used" in text for text in logs), logs


def _executions(folder: Path) -> list[str]:
    """The lines that the steps left, in any order."""
    return sorted((folder / "executions").read_text().splitlines())


def _records(running: Running, flow: str, run: str) -> dict[str, bytes | None]:
    """Every commit record of a run, as bytes."""
    store = open_store(running.root)
    prefix = f"{flow}/runs/{run}/"
    steps = [name for name in store.list(prefix) if not name.startswith("_")]
    keys = [f"{prefix}{step}/{at}/commit" for step in steps for at in store.list(f"{prefix}{step}/")]
    return {key: store.get(key) for key in keys}
