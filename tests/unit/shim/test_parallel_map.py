"""`parallel_map` and what stands beside it, inside and outside a task."""

import os
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.shim_tasks import Tasks

from flowc import parallel_imap_unordered, parallel_map, profile
from flowc.runtime_shim.parallel_map import MulticoreException


def test_results_come_in_the_order_of_the_items() -> None:
    def slow_first(number: int) -> tuple[int, bytes, bool]:
        time.sleep(0.2 if number == 0 else 0)
        return number, b"x" * 300_000, os.getpid() == here

    here = os.getpid()
    assert parallel_map(slow_first, range(5), max_parallel=2) == [(number, b"x" * 300_000, False) for number in range(5)]
    assert parallel_map(slow_first, []) == []


def test_unordered_results_come_as_they_get_done(tmp_path: Path) -> None:
    def wait_for_other(number: int) -> int:
        while number == 0 and not (tmp_path / "1").exists():
            time.sleep(0.01)
        return number

    found = []
    for number in parallel_imap_unordered(wait_for_other, range(2), max_parallel=2):
        found.append(number)
        (tmp_path / str(number)).touch()
    assert found == [1, 0]


def raises(number: int) -> float:
    return 1 / number


@pytest.mark.parametrize("act", [raises, lambda number: os._exit(3), lambda number: os.kill(os.getpid(), 9), lambda number: lambda: 1])
def test_a_child_that_fails_fails_the_whole(act: Callable[[Any], Any], capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(MulticoreException, match="Child failed"):
        parallel_map(act, range(3))
    assert ("ZeroDivisionError" in capfd.readouterr().err) == (act is raises)


def test_children_end_with_whoever_wants_no_more_results() -> None:
    def late(number: int) -> int:
        time.sleep(60 * number)
        return os.getpid()

    before = children()
    results = parallel_imap_unordered(late, range(3), max_parallel=3)
    next(results)
    results.close()  # type: ignore[attr-defined]  # it is a generator
    assert children() == before


def children() -> set[str]:
    """The processes of this one but for `ps` itself: what other tests have started stays."""
    listed = subprocess.run(["ps", "--no-headers", "-o", "pid,comm", "--ppid", str(os.getpid())], capture_output=True, text=True).stdout
    return {line for line in listed.splitlines() if not line.endswith(" ps")}


def test_profile_adds_up(capsys: pytest.CaptureFixture[str]) -> None:
    stats: dict[str, int] = {}
    for _ in range(2):
        with profile("block", stats_dict=stats):
            time.sleep(0.01)
    assert stats["block"] >= 20
    with profile("block"):
        pass
    assert re.fullmatch("PROFILE: block starting\nPROFILE: block completed in [0-9]+ms\n", capsys.readouterr().out)


def test_a_step_maps_in_parallel(tmp_path: Path) -> None:
    body = """
    @step
    def start(self):
        self.squares = parallel_map(lambda number: print(f"at {number}\\n", end="") or number * number, range(4))
        self.next(self.end)

    @step
    def end(self):
        pass
    """
    tasks = Tasks(tmp_path, body, imports="from metaflow import FlowSpec, step, parallel_map")
    ended = tasks.run("start")
    assert ended.code == 0, ended.out
    assert tasks.values("start") == {"squares": [0, 1, 4, 9]}
    assert sorted(ended.out.splitlines()) == ["at 0", "at 1", "at 2", "at 3"]
