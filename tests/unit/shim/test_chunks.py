"""Several items in one process: each commits by itself, and what one of them does to its process touches no other."""

import json
import signal
from pathlib import Path

import pytest
from support.shim_tasks import Tasks

EACH = """
    @step
    def start(self):
        self.xs = list(range(5))
        self.next(self.body, foreach="xs")

    @DECORATORS
    @step
    def body(self):
        did(self)
        self.x = self.input
        act(self)
        self.next(self.join)

    @step
    def join(self, inputs):
        self.all = [getattr(found, "x", None) for found in inputs]
        self.next(self.end)

    @step
    def end(self):
        pass
"""
TOP = """
    import os, signal, time

    def did(flow):
        open("did", "a").write(f"{current.step_name} {current.task_id} {current.retry_count}\\n")

    def act(flow):
        {}
"""
ITEMS = [f"r.{index}" for index in range(5)]


def each(folder: Path, act: str = "pass", decorators: str = "") -> Tasks:
    body = EACH.replace("    @DECORATORS\n", "".join(f"    {line}\n" for line in decorators.splitlines()))
    tasks = Tasks(folder, body, top=TOP.replace("{}", act))
    assert tasks.run("start").code == 0
    return tasks


def did(tasks: Tasks) -> list[str]:
    path = tasks.folder / "did"
    return path.read_text().splitlines() if path.exists() else []


def test_every_member_commits_at_its_own_address(tmp_path: Path) -> None:
    tasks = each(tmp_path, 'print("item", flow.x)')
    ended = tasks.run("body", "r.0:2 r.4 r.2:4", ids={"task_id": "ti-1"})
    assert (ended.code, ended.out) == (0, "".join(f"[body r.{index}] item {index}\n" for index in (0, 1, 4, 2, 3)))
    for index, at in enumerate(ITEMS):
        record = tasks.record("body", at)
        assert (record["status"], record["engine"]["task_id"], tasks.log(record)) == ("ok", "ti-1", f"item {index}\n")
    assert tasks.run("join").code == 0
    assert tasks.values("join")["all"] == [0, 1, 2, 3, 4]


def test_a_member_that_fails_keeps_no_other_from_running(tmp_path: Path) -> None:
    tasks = each(tmp_path, "assert flow.x != 1 or os.path.exists('mended')")
    ended = tasks.run("body", "r.0:5")
    assert ended.code == 1
    assert [tasks.committed("body", at) for at in ITEMS] == [True, False, True, True, True]
    assert ended.out.splitlines()[-1] == "flowc: body at r.1: attempt 0 failed (exit code 1)"
    (tmp_path / "mended").touch()
    again = tasks.run("body", "r.0:5", 1, user_retries=1)
    assert again.code == 0
    assert did(tasks) == [*(f"body {at} 0" for at in ITEMS), "body r.1 1"]


CATCH = "@catch(var='problem')\n@retry(times=1, minutes_between_retries=0)"


def statuses(tasks: Tasks) -> list[str]:
    return [tasks.record("body", at)["status"] for at in ITEMS]


def test_only_the_member_that_was_killed_is_caught(tmp_path: Path) -> None:
    tasks = each(tmp_path, "flow.x == 2 and os.kill(os.getpid(), signal.SIGKILL)", CATCH)
    ended = tasks.run("body", "r.0:5", user_retries=1, catches=True, catch="problem")
    assert ended.code == 0
    assert statuses(tasks) == ["ok", "ok", "caught", "ok", "ok"]
    assert did(tasks) == ["body r.0 0", "body r.1 0", "body r.2 0", "body r.2 1", "body r.3 0", "body r.4 0"]
    assert tasks.run("join").code == 0


@pytest.mark.slow
def test_only_the_member_that_killed_the_container_is_caught(tmp_path: Path) -> None:
    tasks = each(tmp_path, "if flow.x == 2: os.kill(os.getppid(), signal.SIGKILL); time.sleep(60)", CATCH)
    codes = [tasks.run("body", "r.0:5", attempt, user_retries=1, catches=True, catch="problem").code for attempt in range(3)]
    assert codes == [-signal.SIGKILL, -signal.SIGKILL, 0]
    assert statuses(tasks) == ["ok", "ok", "caught", "ok", "ok"]
    assert did(tasks) == ["body r.0 0", "body r.1 0", "body r.2 0", "body r.2 1", "body r.3 0", "body r.4 0"]


def test_a_member_that_raises_is_caught_on_its_last_attempt(tmp_path: Path) -> None:
    tasks = each(tmp_path, "assert flow.x % 2", CATCH)
    assert tasks.run("body", "r.0:5", user_retries=1, catches=True, catch="problem").code == 0
    assert statuses(tasks) == ["caught", "ok", "caught", "ok", "caught"]
    assert [tasks.record("body", at)["attempt"] for at in ITEMS] == [1, 0, 1, 0, 1]
    assert tasks.values("body", "r.2")["x"] == 2


@pytest.mark.slow
def test_an_engine_that_catches_by_itself_catches_what_began(tmp_path: Path) -> None:
    tasks = each(tmp_path, "if flow.x == 2: os.kill(os.getppid(), signal.SIGKILL); time.sleep(60)", CATCH)
    assert tasks.run("body", "r.0:5", engine="stepfunctions", user_retries=None).code == -signal.SIGKILL
    assert tasks.run("body", "r.0:5", 1, engine="stepfunctions", user_retries=None, caught=True).code == 0
    assert statuses(tasks) == ["ok", "ok", "caught", "ok", "ok"]


@pytest.mark.slow
def test_a_timeout_is_of_each_member(tmp_path: Path) -> None:
    tasks = each(tmp_path, "time.sleep(60 if flow.x == 2 else 0.3)", "@timeout(seconds=1)")
    assert tasks.run("body", "r.0:5", timeout=1.0).code == 1
    assert [tasks.committed("body", at) for at in ITEMS] == [True, True, False, True, True]


OPENS = """
    @step
    def start(self):
        self.xs = [1, 2, 3]
        self.next(self.route, foreach="xs")

    @step
    def route(self):
        self.x = self.input
        self.way = "skip" if self.x == 2 else "wide"
        self.next({"wide": self.wide, "skip": self.meet}, condition="way")

    @step
    def wide(self):
        self.ys = list(range(self.x))
        self.next(self.cell, foreach="ys")

    @step
    def cell(self):
        self.next(self.cells)

    @step
    def cells(self, inputs):
        self.x = -len(inputs)
        self.next(self.meet)

    @step
    def meet(self):
        self.next(self.turn)

    @step
    def turn(self):
        self.left = getattr(self, "left", abs(self.x)) - 1
        self.way = "turn" if self.left else "join"
        self.next({"turn": self.turn, "join": self.join}, condition="way")

    @step
    def join(self, inputs):
        self.all = [found.x for found in inputs]
        self.next(self.end)

    @step
    def end(self):
        pass
"""


def test_members_that_a_switch_sent_elsewhere_are_passed_over(tmp_path: Path) -> None:
    tasks = Tasks(tmp_path, OPENS)
    assert tasks.run("start").code == 0
    route = tasks.run("route", "r.0:3")
    assert json.loads(route.out.splitlines()[-1]) == [
        {"at": "r.0", "next": "wide"},
        {"at": "r.1", "next": "meet"},
        {"at": "r.2", "next": "wide"},
    ]
    wide = tasks.run("wide", "r.0:3")
    assert wide.out.splitlines()[0] == "flowc: wide at r.1 is passed over: a switch before it went another way"
    assert json.loads(wide.out.splitlines()[-1]) == [{"at": "r.0", "count": 1}, {"at": "r.2", "count": 3}]
    assert tasks.run("cell", "r.0.0:1 r.2.0:2").code == 0
    assert tasks.run("cells", "r.0:3").code == 78, "an item of r.2 is missing"
    assert tasks.run("cell", "r.2.2:3").code == 0
    assert tasks.run("cells", "r.0:3", 1).code == 0
    assert not tasks.committed("cells", "r.1")
    assert tasks.run("meet", "r.0:3").code == 0
    turn = tasks.run("turn", "r.0:3", verb="loop")
    assert json.loads(turn.out.splitlines()[-1]) == [{"at": f"r.{index}", "next": "join"} for index in range(3)]
    assert [tasks.committed("turn", f"r.{index}~{index}") for index in range(3)] == [True] * 3
    assert tasks.run("join").code == 0
    assert tasks.values("join")["all"] == [-1, 2, -3]


def test_a_chunk_before_its_time_is_refused(tmp_path: Path) -> None:
    tasks = Tasks(tmp_path, OPENS)
    assert tasks.run("start").code == 0
    ended = tasks.run("wide", "r.0:3")
    assert ended.code == 78
    assert ended.out == "flowc: step 'wide' at 'r.0' came too early: 'route' before it has no commit record\n"


def test_exit_code_78_is_of_all_members_or_none(tmp_path: Path) -> None:
    tasks = each(tmp_path, "assert flow.x != 4")
    assert tasks.run("body", "r.7:9").code == 78
    assert tasks.run("body", "r.7:9 r.4").code == 1


@pytest.mark.slow
def test_a_thousand_members(tmp_path: Path) -> None:
    body = EACH.replace("    @DECORATORS\n", "").replace("range(5)", "range(1000)")
    tasks = Tasks(tmp_path, body, top=TOP.replace("{}", "pass"))
    assert tasks.run("start").code == 0
    assert tasks.run("body", "r.0:1000").code == 0
    assert tasks.run("join").code == 0
    assert tasks.values("join")["all"] == list(range(1000))
