"""Runs that start by themselves: by the clock at the first unpause, by another flow's end, by two events together."""

from ast import literal_eval
from collections.abc import Collection

import pytest
from support.flows import REPO
from support.scheduler_runs import Running

pytestmark = [pytest.mark.airflow, pytest.mark.scheduler, pytest.mark.slow]

TRIGGERED = REPO / "tests/golden/triggered/flow.py"
BY_ASSET = ("asset_triggered__", "dataset_triggered__")


def test_a_finished_flow_starts_another(running: Running) -> None:
    """A run of Linear ended since Triggered was unpaused; one run may answer several."""
    assert running.wait_for("Linear", "case-linear") == "success"
    run = running.wait_until("a run by Linear's end", lambda: _with(running, "Linear"))
    seen = running.trace(TRIGGERED, "Triggered", run).tasks
    assert set(seen) == {("start", "r"), ("end", "r")}
    assert running.wait_for("Triggered", run) == "success"


def test_two_events_start_a_run_together(running: Running) -> None:
    before = set(_by_asset(running))
    for name in ("orders", "prices"):
        running.site.send_event(f"x-flowc://event/{name}")
    run = running.wait_until("a run by both events", lambda: _with(running, "orders", but=before))
    names = literal_eval(running.trace(TRIGGERED, "Triggered", run).tasks["end", "r"]["by"])
    assert {"orders", "prices"} <= set(names)


def _by_asset(running: Running) -> list[str]:
    return [run for run, state in running.site.runs("Triggered").items() if run.startswith(BY_ASSET) and state == "success"]


def _with(running: Running, name: str, but: Collection[str] = ()) -> str | None:
    """A run of Triggered, started by assets, that saw an event of this name."""
    for run in _by_asset(running):
        if run not in but and repr(name) in running.trace(TRIGGERED, "Triggered", run).tasks["end", "r"]["by"]:
            return run
    return None
