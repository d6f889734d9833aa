"""A gang commits as a whole, whatever dies when."""

import json
from pathlib import Path

from support.shim_tasks import Tasks

GANG = """
    @step
    def start(self):
        self.shared = list(range(3))
        self.next(self.work, num_parallel=3)

    @parallel
    @retry
    @step
    def work(self):
        found = current.parallel
        self.place = (found.num_nodes, found.node_index, found.main_ip, found.control_task_id, self.index, self.input)
        self.try_ = os.environ.get("TRY")
        if found.node_index == int(os.environ.get("FAILS", "-1")):
            raise RuntimeError("on purpose")
        self.next(self.join)

    @step
    def join(self, inputs):
        self.places = [found.place for found in inputs]
        self.tries = [found.try_ for found in inputs]
        self.merge_artifacts(inputs, include=["shared"])
        self.next(self.end)

    @step
    def end(self):
        pass
"""


def gang(folder: Path) -> Tasks:
    return Tasks(folder, GANG, top="import os")


def test_members_see_each_other_and_the_join_sees_them_in_order(tmp_path: Path) -> None:
    tasks = gang(tmp_path)
    tasks.run_all()
    assert tasks.record("start")["control"] == {"count": 3}
    assert tasks.values("end")["places"] == [(3, index, "127.0.0.1", "r.0", index, index) for index in range(3)]
    decided = tasks.record("work", "r.0")
    assert decided["gang"]["parts"] == [f"F/runs/run%201/work/r.{index}/part.n1.{index}" for index in range(3)]
    assert "gang" not in tasks.record("work", "r.1")


def test_a_member_that_fails_leaves_nothing_committed(tmp_path: Path, monkeypatch) -> None:
    tasks = gang(tmp_path)
    assert tasks.run("start").code == 0
    monkeypatch.setenv("FAILS", "1")
    monkeypatch.setenv("TRY", "first")
    assert [ended.code for ended in tasks.gang("work", "r", 3)][:2] == [143, 1]
    assert not any(tasks.committed("work", f"r.{index}") for index in range(3))
    monkeypatch.setenv("FAILS", "-1")
    monkeypatch.setenv("TRY", "second")
    assert [ended.code for ended in tasks.gang("work", "r", 3, nonce="n2", attempt=1)] == [0, 0, 0]
    assert tasks.run("join").code == 0
    assert tasks.values("join")["tries"] == ["second"] * 3


def test_what_a_crash_left_out_behind_the_commit_is_completed_from_its_parts(tmp_path: Path, monkeypatch) -> None:
    tasks = gang(tmp_path)
    monkeypatch.setenv("TRY", "first")
    assert tasks.run("start").code == 0
    assert [ended.code for ended in tasks.gang("work", "r", 3)] == [0, 0, 0]
    before = tasks.record("work", "r.2")
    tasks.store.delete("F/runs/run%201/work/r.2/commit")
    monkeypatch.setenv("TRY", "second")
    ended = tasks.gang("work", "r", 3, nonce="n2", attempt=1, control=str(tmp_path / "control"))
    assert [found.code for found in ended] == [0, 0, 0]
    assert all("was committed by attempt 0" in found.out for found in ended)
    assert tasks.record("work", "r.2") == before
    assert json.loads((tmp_path / "control").read_text()) == []


def test_members_learn_the_address_of_the_first(tmp_path: Path, monkeypatch) -> None:
    tasks = gang(tmp_path)
    monkeypatch.setenv("FLOWC_ADDRESS", "10.0.0.7")
    tasks.run_all()
    assert [place[2] for place in tasks.values("end")["places"]] == ["10.0.0.7"] * 3
    [told] = (tmp_path).rglob("meet.*")
    assert json.loads(told.read_text())["address"] == "10.0.0.7"
