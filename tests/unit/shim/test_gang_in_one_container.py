"""The verb `gang` runs all processes of a gang in one container; retries and catch act inside, for the gang as a whole."""

from pathlib import Path

import pytest
from support.shim_tasks import Tasks

GANG = """
    @step
    def start(self):
        self.next(self.work, num_parallel=3)

    @parallel
    {decorators}
    @step
    def work(self):
        found = current.parallel
        self.place = (found.num_nodes, found.node_index)
        self.try_ = current.retry_count
        assert not (found.node_index == 1 and current.retry_count < {fails}), "on purpose"
        self.next(self.join)

    @step
    def join(self, inputs):
        self.places = [getattr(found, "place", None) for found in inputs]
        self.tries = [getattr(found, "try_", None) for found in inputs]
        self.next(self.end)

    @step
    def end(self):
        pass
"""


def gang(folder: Path, decorators: str = "", fails: int = 0) -> Tasks:
    tasks = Tasks(folder, GANG.format(decorators=decorators, fails=fails))
    assert tasks.run("start").code == 0
    return tasks


def test_one_container_runs_all_of_them(tmp_path: Path) -> None:
    tasks = gang(tmp_path)
    assert tasks.run("work", verb="gang").code == 0
    assert all(tasks.committed("work", f"r.{index}") for index in range(3))
    assert tasks.run("join").code == 0
    assert tasks.values("join")["places"] == [(3, 0), (3, 1), (3, 2)]


def test_a_gang_is_tried_again_as_a_whole(tmp_path: Path) -> None:
    tasks = gang(tmp_path, "@retry(times=2, minutes_between_retries=0)", fails=1)
    assert tasks.run("work", verb="gang").code == 0
    assert tasks.run("join").code == 0
    assert tasks.values("join")["tries"] == [1, 1, 1]


def test_a_gang_that_fails_commits_nothing(tmp_path: Path) -> None:
    tasks = gang(tmp_path, fails=9)
    assert tasks.run("work", verb="gang").code != 0
    assert not any(tasks.committed("work", f"r.{index}") for index in range(3))


def test_a_later_container_finds_what_has_committed(tmp_path: Path) -> None:
    tasks = gang(tmp_path)
    assert tasks.run("work", verb="gang").code == 0
    before = tasks.record("work", "r.1")
    again = tasks.run("work", verb="gang", attempt=1)
    assert again.code == 0
    assert "was committed by attempt 0" in again.out
    assert tasks.record("work", "r.1") == before


@pytest.mark.parametrize("at", ["r.0", "r~1"])
def test_a_gang_that_nobody_opened_is_refused(at: str, tmp_path: Path) -> None:
    ended = gang(tmp_path).run("work", at, verb="gang")
    assert ended.code == 78
    assert "came too early: 'start', which opens its gang, has no commit record" in ended.out
