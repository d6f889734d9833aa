"""Runs that start by themselves: by the clock at the first unpause, by another flow's end, by two events together."""

from ast import literal_eval
from collections.abc import Collection
from pathlib import Path

import pytest
from support.flows import REPO
from support.scheduler_runs import Running

pytestmark = [pytest.mark.airflow, pytest.mark.scheduler, pytest.mark.slow]

FLOWS = Path(__file__).parent / "flows"
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


def test_a_payload_fills_parameters(running: Running) -> None:
    """The event is sent from outside, with hostile text; a run that a person starts has the defaults."""
    note = '{{ 7*7 }} \'"$(touch pwned)" é😀 <&>.sh'
    running.site.send_event("x-flowc://event/fx%20rates%2Fnew", {"value": 2.25, "a note": note, "unasked": 1})
    [run] = running.wait_until("a run by the event", lambda: _by_asset(running, "Priced"))
    path = FLOWS / "priced.py"
    assert literal_eval(running.trace(path, "Priced", run).tasks["start", "r"]["seen"]) == (2.25, note, 1)
    running.site.trigger("Priced", "by-hand", {"rate": 3})
    assert running.wait_for("Priced", "by-hand") == "success"
    assert literal_eval(running.trace(path, "Priced", "by-hand").tasks["start", "r"]["seen"]) == (3.0, "none", 1)


def _by_asset(running: Running, dag: str = "Triggered") -> list[str]:
    return [run for run, state in running.site.runs(dag).items() if run.startswith(BY_ASSET) and state == "success"]


def _with(running: Running, name: str, but: Collection[str] = ()) -> str | None:
    """A run of Triggered, started by assets, that saw an event of this name."""
    for run in _by_asset(running):
        if run not in but and repr(name) in running.trace(TRIGGERED, "Triggered", run).tasks["end", "r"]["by"]:
            return run
    return None
