"""Hand-offs are made from the commit record alone, the same bytes every time."""

import json
from pathlib import Path
from typing import Any

import pytest

from flowc.runtime_shim.addresses import Refused
from flowc.runtime_shim.contract import Attempt
from flowc.runtime_shim.hand_offs import check_turns, leave_hand_off
from flowc.runtime_shim.retries_left import with_retries_left
from flowc.runtime_shim.stores import open_store


def attempt(folder: Path, **given: Any) -> Attempt:
    return Attempt(engine="stepfunctions", flow="F", root=folder.as_uri(), run="x", step="s", at="r.1", **given)


def handed(folder: Path, hand_off: str | None, control: dict[str, Any]) -> dict[str, Any]:
    """Every object that is left, by its name."""
    given = attempt(folder, hand_off=hand_off)
    record = {"flow": "F", "run": "x", "step": "s", "at": "r.1", "control": control}
    store = open_store(given.root)
    leave_hand_off(store, given, record)
    leave_hand_off(store, given, record)
    return {path.name: json.loads(path.read_bytes()) for path in (folder / "F/runs/x/s/r.1").glob("*")}


@pytest.mark.parametrize(
    ("hand_off", "control", "left"),
    [
        (None, {"next": "a"}, {}),
        ("next", {"next": "a"}, {"next": {"next": "a", "token": {"run": "x", "at": "r.1"}}}),
        ("next", {"next": "a", "at": "r.1~4"}, {"next": {"next": "a", "token": {"run": "x", "at": "r.1~4"}}}),
        ("items", {"count": 3, "var": "xs"}, {"items": [0, 1, 2]}),
        ("items:3", {"count": 3}, {"items": [0, 1, 2]}),
        ("items:3", {"count": 4}, {"items": ["0:2", "2:4"]}),
        ("items:3", {"count": 10}, {"items": ["0:4", "4:8", "8:10"]}),
        ("items:3", {"count": 7}, {"items": ["0:3", "3:6", "6:7"]}),
    ],
)
def test_hand_offs(tmp_path: Path, hand_off: str | None, control: dict[str, Any], left: dict[str, Any]) -> None:
    assert handed(tmp_path, hand_off, control) == left


@pytest.mark.parametrize(("hand_off", "control"), [("next", {}), ("items", {"next": "a"}), ("other", {"next": "a"})])
def test_a_record_that_says_nothing_of_it_is_refused(tmp_path: Path, hand_off: str, control: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="says nothing of"):
        handed(tmp_path, hand_off, control)


def test_the_last_turn_that_fits_is_not_refused(tmp_path: Path) -> None:
    check_turns(attempt(tmp_path, turns=3), {"next": "s", "at": "r.1~2"})
    check_turns(attempt(tmp_path, turns=3), {"next": "s", "at": "r.1"})
    check_turns(attempt(tmp_path), {"next": "s", "at": "r.1~3"})
    with pytest.raises(Refused, match="after 3 turns, and the history of one execution has room for 3"):
        check_turns(attempt(tmp_path, turns=3), {"next": "s", "at": "r.1~3"})


@pytest.mark.parametrize(
    ("retries", "number", "failed", "last"),
    [(2, 0, 0, 2), (2, 1, 1, 2), (2, 2, 2, 2), (2, 3, 1, 4), (0, 3, 0, 3), (1, 5, 4, 5), (None, 3, 0, None)],
)
def test_waits_for_batch_are_no_retries(tmp_path: Path, retries: int | None, number: int, failed: int, last: int | None) -> None:
    given = attempt(tmp_path, attempt=number, user_retries=retries)
    store = open_store(given.root)
    for place in range(failed):
        store.create(f"F/runs/x/s/r.1/fail.{place}", b"{}")
    assert with_retries_left(given, store).user_retries == last
