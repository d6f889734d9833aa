"""All turns of a loop in one process: each task commits by itself, and what dies is gone on with where it stopped."""

import json
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from support.shim_tasks import Tasks

TWO_STEPS = """
    @step
    def start(self):
        self.n = 0
        self.next(self.count)

    @step
    def count(self):
        self.n += 1
        act(self)
        print("turn", self.n)
        self.next(self.check)

    @step
    def check(self):
        self.way = "again" if self.n < 3 else "out" if self.n == 3 else "over"
        self.next({"again": self.count, "out": self.middle, "over": self.end}, condition="way")

    @step
    def middle(self):
        self.next(self.end)

    @step
    def end(self):
        pass
"""
TURNS = [(step, f"r~{turn}") for turn in range(3) for step in ("count", "check")]


def looping(folder: Path, act: str = "pass", body: str = TWO_STEPS, top: str = "") -> Tasks:
    head = f"import os, signal, sys, threading, time\n{top}\ndef did(flow, word=''):\n"
    head += "    open('did', 'a').write(f'{current.step_name} {current.task_id} {word}'.strip() + '\\n')\n"
    tasks = Tasks(folder, body, top=f"{head}\ndef act(flow):\n    {act}")
    assert tasks.run("start").code == 0
    return tasks


def did(tasks: Tasks) -> list[str]:
    path = tasks.folder / "did"
    return path.read_text().splitlines() if path.exists() else []


def test_each_task_commits_with_its_own_log(tmp_path: Path) -> None:
    tasks = looping(tmp_path, "os.write(2, b'raw\\n')")
    ended = tasks.loop("count", ids={"task_id": "ti-1"})
    assert ended.code == 0
    lines = ended.out.splitlines()
    assert lines[:3] == ["[count r~0] raw", "[count r~0] turn 1", "[count r~1] raw"]
    assert json.loads(lines[-1]) == [{"at": "r", "next": "middle"}]
    records = [tasks.record(*task) for task in TURNS]
    assert [record["engine"] for record in records] == [{"name": "airflow", "task_id": "ti-1", "container": "0"}] * 6
    assert [record["attempt"] for record in records] == [0] * 6
    assert tasks.log(records[2]) == "raw\nturn 2\n"
    assert records[2]["inputs"] == ["F/runs/run%201/check/r~0/commit"]
    left = tasks.exit("count", "r")
    assert left is not None
    assert (left["step"], left["at"], left["next"]) == ("check", "r~2", "middle")
    assert tasks.run("middle").code == 0
    assert tasks.run("end").code == 0


def test_the_control_line_goes_to_the_file_that_the_engine_names(tmp_path: Path) -> None:
    tasks = looping(tmp_path)
    ended = tasks.loop("count", control=str(tmp_path / "control"))
    assert "next" not in ended.out
    assert json.loads((tmp_path / "control").read_text()) == [{"at": "r", "next": "middle"}]


def test_a_later_attempt_of_a_finished_loop_repeats(tmp_path: Path) -> None:
    tasks = looping(tmp_path, "did(flow)")
    first = tasks.loop("count")
    before = [tasks.record(*task) for task in TURNS]
    tasks.store.delete("F/runs/run%201/count/r/exit")
    again = tasks.loop("count", attempt=1)
    assert again.code == 0
    assert again.out.splitlines()[-1] == first.out.splitlines()[-1]
    assert "flowc: count at r~0 was committed by attempt 0" in again.out
    assert tasks.exit("count", "r") is not None
    assert [tasks.record(*task) for task in TURNS] == before
    assert did(tasks) == ["count r~0", "count r~1", "count r~2"]


DIES = "if flow.n == {turn} and not os.path.exists('dead'): open('dead', 'w').close(); os.kill(os.getppid(), 9); time.sleep(60)"


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_killed_in_any_turn(tmp_path: Path, turn: int) -> None:
    tasks = looping(tmp_path, DIES.format(turn=turn) + "\n    did(flow)")
    assert tasks.loop("count").code == -signal.SIGKILL
    assert did(tasks) == [f"count r~{done}" for done in range(turn - 1)]
    ended = tasks.loop("count", attempt=1, user_retries=1)
    assert ended.code == 0
    assert json.loads(ended.out.splitlines()[-1]) == [{"at": "r", "next": "middle"}]
    assert did(tasks) == ["count r~0", "count r~1", "count r~2"]
    assert [tasks.record(*task)["engine"]["container"] for task in TURNS[::2]] == ["0"] * (turn - 1) + ["1"] * (4 - turn)
    assert tasks.values("check", "r~2", ["n"]) == {"n": 3}


RETRIES = """
    @step
    def start(self):
        self.n = 0
        self.next(self.count)

    @DECORATORS
    @step
    def count(self):
        self.n += 1
        self.seen = current.retry_count
        did(self, self.seen)
        act(self)
        self.next({True: self.count, False: self.end}, condition="more")

    @step
    def end(self):
        pass
"""


def retrying(folder: Path, act: str, decorators: str) -> Tasks:
    return looping(folder, f"flow.more = flow.n < 3\n    {act}", RETRIES.replace("@DECORATORS", decorators))


def test_retry_acts_in_each_turn(tmp_path: Path) -> None:
    tasks = retrying(tmp_path, "assert flow.seen == flow.n - 1", "@retry(times=2, minutes_between_retries=0)")
    ended = tasks.loop("count", user_retries=2)
    assert ended.code == 0
    assert did(tasks) == ["count r~0 0", "count r~1 0", "count r~1 1", "count r~2 0", "count r~2 1", "count r~2 2"]
    assert [tasks.record("count", f"r~{turn}")["attempt"] for turn in range(3)] == [0, 1, 2]
    assert [record["attempt"] for record in tasks.failures("count", "r~2")] in ([0, 1], [1, 0])
    assert "flowc: count at r~1: attempt 0 failed (exit code 1); the next follows" in ended.out


def test_a_turn_that_uses_up_its_retries_fails_the_loop(tmp_path: Path) -> None:
    tasks = retrying(tmp_path, "assert flow.n < 2", "@retry(times=1, minutes_between_retries=0)")
    ended = tasks.loop("count", user_retries=1)
    assert ended.code == 1
    assert "AssertionError" in ended.out
    assert ended.out.splitlines()[-1] == "flowc: count at r~1: attempt 1 failed (exit code 1)"
    again = tasks.loop("count", attempt=1, user_retries=1)
    assert again.code == 1
    assert again.out.splitlines()[-1] == "flowc: count at r~1 has no attempt left: it may have 2, and 2 began"
    cleared = tasks.loop("count", attempt=2, user_retries=3)
    assert cleared.code == 1
    assert did(tasks) == ["count r~0 0", *(f"count r~1 {number}" for number in range(4))]


def test_catch_takes_what_a_turn_raised(tmp_path: Path) -> None:
    body = TWO_STEPS.replace("    @step\n    def count", "    @catch(var='problem')\n    @step\n    def count")
    tasks = looping(tmp_path, "flow.n == 2 and 1 / 0", body)
    ended = tasks.loop("count")
    assert ended.code == 0
    assert [tasks.record(*task)["status"] for task in TURNS] == ["ok", "ok", "caught", "ok", "ok", "ok"]
    assert tasks.values("count", "r~1", ["n"]) == {"n": 2}
    assert [str(tasks.values("count", f"r~{turn}")["problem"] or "").splitlines()[-1:] for turn in range(3)] == [
        [],
        ["ZeroDivisionError: division by zero"],
        [],
    ]


CAUGHT = TWO_STEPS.replace(
    "    @step\n    def count", "    @catch(var='problem')\n    @retry(times=1, minutes_between_retries=0)\n    @step\n    def count"
).replace("self.n += 1", "self.n += 1; did(self, current.retry_count)")


def test_a_turn_that_kills_its_process_is_caught_and_no_other(tmp_path: Path) -> None:
    tasks = looping(tmp_path, "current.task_id == 'r~1' and os.kill(os.getpid(), 9)", CAUGHT)
    ended = tasks.loop("count", user_retries=1)
    assert ended.code == 0
    assert did(tasks) == ["count r~0 0", "count r~1 0", "count r~1 1", "count r~2 0", "count r~3 0"]
    assert [tasks.record("count", f"r~{turn}")["status"] for turn in range(4)] == ["ok", "caught", "ok", "ok"]
    assert tasks.record("count", "r~1")["attempt"] == 2
    assert sorted(record["exception"]["type"] for record in tasks.failures("count", "r~1")) == ["flowc.ProcessLost"] * 2


def test_a_turn_that_kills_its_container_is_caught_and_no_other(tmp_path: Path) -> None:
    tasks = looping(tmp_path, "if current.task_id == 'r~1': os.kill(os.getppid(), 9); time.sleep(60)", CAUGHT)
    assert [tasks.loop("count", attempt=attempt, user_retries=1).code for attempt in range(3)] == [-9, -9, 0]
    assert did(tasks) == ["count r~0 0", "count r~1 0", "count r~1 1", "count r~2 0", "count r~3 0"]
    assert [tasks.record("count", f"r~{turn}")["status"] for turn in range(4)] == ["ok", "caught", "ok", "ok"]


def test_a_step_without_retry_is_not_run_again_because_its_container_died(tmp_path: Path) -> None:
    body = TWO_STEPS.replace("    @step\n    def check", "    @retry(times=1)\n    @step\n    def check")
    tasks = looping(tmp_path, "did(flow)\n    " + DIES.format(turn=2), body)
    assert tasks.loop("count", user_retries=1).code == -signal.SIGKILL
    again = tasks.loop("count", attempt=1, user_retries=1)
    assert (again.code, did(tasks)) == (1, ["count r~0", "count r~1"])
    assert "flowc: count at r~1 has no attempt left: it may have 1, and 1 began" in again.out
    cleared = tasks.loop("count", attempt=2, user_retries=3)
    assert cleared.code == 0
    assert did(tasks) == ["count r~0", "count r~1", "count r~1", "count r~2"]
    assert tasks.record("count", "r~1")["attempt"] == 1


@pytest.mark.slow
def test_a_timeout_acts_in_each_turn(tmp_path: Path) -> None:
    body = TWO_STEPS.replace("    @step\n    def count", "    @timeout(seconds=1)\n    @step\n    def count")
    tasks = looping(tmp_path, "flow.n == 2 and time.sleep(60)", body)
    assert tasks.loop("count").code == 1
    assert tasks.failures("count", "r~1")[0]["exception"]["type"].endswith("TimeoutException")


def test_variables_stay_in_their_turn(tmp_path: Path) -> None:
    body = TWO_STEPS.replace("    @step\n    def check", "    @environment(vars={'ONLY': 'check'})\n    @step\n    def check").replace(
        'self.way = "', 'self.only = os.environ["ONLY"]; self.way = "'
    )
    tasks = looping(tmp_path, "flow.mine = os.environ.setdefault('ONLY', 'nobody')", body)
    assert tasks.loop("count").code == 0
    assert tasks.values("check", "r~2", ["only", "mine"]) == {"only": "check", "mine": "nobody"}


def test_sigterm_reaches_the_turn_that_runs(tmp_path: Path) -> None:
    tasks = looping(tmp_path, "if flow.n == 2 and not os.path.exists('up'): open('up', 'w').close(); time.sleep(60)")
    process = tasks.start("count", verb="loop")
    while not (tmp_path / "up").exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 143
    assert "[count r~1] flowc: told to end (SIGTERM)" in out
    (record,) = tasks.failures("count", "r~1")
    assert record["exit_code"] == 143
    assert tasks.loop("count", attempt=1, user_retries=1).code == 0
    assert tasks.record("count", "r~1")["attempt"] == 1


@pytest.mark.parametrize("call", ["os._exit(0)", "os._exit(3)"])
def test_a_turn_that_ends_its_process_has_failed(tmp_path: Path, call: str) -> None:
    tasks = looping(tmp_path, f"flow.n == 2 and {call}")
    ended = tasks.loop("count")
    assert ended.code == (3 if "3" in call else 1)
    assert not tasks.committed("count", "r~1")
    assert len(tasks.failures("count", "r~1")) == 1


@pytest.mark.slow
def test_nothing_outlives_the_loop_or_follows_its_control_line(tmp_path: Path) -> None:
    tasks = looping(tmp_path, "import subprocess; subprocess.Popen(['sh', '-c', 'sleep 0.5; echo late; sleep 30'])")
    started = time.monotonic()
    ended = tasks.loop("count")
    assert json.loads(ended.out.splitlines()[-1]) == [{"at": "r", "next": "middle"}]
    assert "late" not in ended.out
    assert time.monotonic() - started < 25


@pytest.mark.slow
def test_a_flow_whose_import_starts_threads(tmp_path: Path) -> None:
    top = "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\nPIDS = os.getpid()"
    tasks = looping(tmp_path, "flow.fresh = PIDS == os.getpid()", top=top)
    assert tasks.loop("count").code == 0
    assert tasks.values("check", "r~2", ["fresh", "n"]) == {"fresh": True, "n": 3}
    assert tasks.record("count", "r~2")["engine"]["container"] == "0"


@pytest.mark.slow
def test_random_numbers_differ_between_turns(tmp_path: Path) -> None:
    tasks = looping(tmp_path, "flow.drawn = (random.random(), float(numpy.random.rand()))", top="import numpy, random")
    assert tasks.loop("count").code == 0
    drawn = [tasks.values("count", f"r~{turn}", ["drawn"])["drawn"] for turn in range(3)]
    assert len({first for first, _ in drawn}) == len({second for _, second in drawn}) == 3


FIRST = """
    alpha = Parameter("alpha", default=1)

    @step
    def start(self):
        self.n = getattr(self, "n", 0) + self.alpha
        if broken(self):
            os.kill(os.getppid(), 9)
            time.sleep(60)
        self.next({True: self.start, False: self.end}, condition="more")

    @step
    def end(self):
        pass
"""
MORE = "import os, time\ndef broken(flow):\n    flow.more = flow.n < 6\n    return {}"


def test_a_flow_that_starts_with_a_loop(tmp_path: Path) -> None:
    tasks = Tasks(tmp_path, FIRST, top=MORE.format("False"))
    given: dict[str, Any] = {"parameters": {"alpha": 2}}
    assert tasks.loop("start", **given).code == 0
    assert tasks.values("start", "r~2", ["n", "alpha"]) == {"n": 6, "alpha": 2}
    taken = tasks.loop("start", **given)
    assert taken.code == 78
    assert "is already used" in taken.out
    assert tasks.loop("start", attempt=1, **given).code == 0


def test_a_loop_before_its_time_is_refused(tmp_path: Path) -> None:
    tasks = Tasks(tmp_path, TWO_STEPS, top="def act(flow): pass")
    ended = tasks.loop("count")
    assert ended.code == 78
    assert "'start' at 'r' before it has no commit record" in ended.out


@pytest.mark.slow
def test_an_import_that_fails_is_recorded_by_the_turn(tmp_path: Path) -> None:
    tasks = looping(tmp_path, top="if os.path.exists('broken'): import nowhere_to_be_found")
    (tmp_path / "broken").touch()
    ended = tasks.loop("count")
    assert ended.code == 1
    assert tasks.failures("count", "r~0")[0]["exception"]["type"] == "ModuleNotFoundError"


GANG = """
    @step
    def start(self):
        self.n = 0
        self.next(self.open)

    @step
    def open(self):
        self.n += 1
        self.next(self.member, num_parallel=3)

    @parallel
    @retry(times=1, minutes_between_retries=0)
    @step
    def member(self):
        self.me = (current.parallel.node_index, current.retry_count)
        act(self)
        self.next(self.join)

    @step
    def join(self, inputs):
        self.members = [found.me for found in inputs]
        self.n = inputs[0].n
        self.next(self.check)

    @step
    def check(self):
        self.more = self.n < 2
        self.next({True: self.open, False: self.end}, condition="more")

    @step
    def end(self):
        pass
"""


def test_a_gang_in_a_loop_runs_at_once_and_is_retried_as_a_whole(tmp_path: Path) -> None:
    tasks = looping(tmp_path, "assert flow.me != (1, 0) or flow.n == 1; flow.me[0] == 2 and time.sleep(0.3)", GANG)
    ended = tasks.loop("open", user_retries=1)
    assert ended.code == 0, ended.out
    assert tasks.values("join", "r~0")["members"] == [(0, 0), (1, 0), (2, 0)]
    assert tasks.values("join", "r~1")["members"] == [(0, 1), (1, 1), (2, 1)]
