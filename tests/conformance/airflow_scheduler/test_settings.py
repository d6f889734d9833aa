"""Pools, queues, priorities and caps of the settings, as the scheduler keeps them."""

import pytest
from support.scheduler_runs import Running

pytestmark = [pytest.mark.airflow, pytest.mark.scheduler, pytest.mark.slow]


def test_tasks_have_what_the_settings_say(running: Running) -> None:
    assert running.wait_for("Capped", "capped") == "success"
    tasks = running.site.tasks("Capped", "capped")
    assert {task["pool"] for task in tasks.values()} == {"narrow"}
    assert {name: task["pool_slots"] for (name, _), task in tasks.items()} == {
        "start": 1,
        "start__splits": 1,
        "work": 2,
        "join": 1,
        "end": 1,
    }
    assert {task["queue"] for (name, _), task in tasks.items() if name == "work"} == {"fast"}
    assert "fast" not in {task["queue"] for (name, _), task in tasks.items() if name != "work"}
    assert tasks["end", -1]["priority_weight"] == 7


def test_one_item_at_a_time(running: Running) -> None:
    assert running.wait_for("Capped", "capped") == "success"
    assert (running.folder / "capped/notes").read_text().split() == ["begin", "end"] * 3
