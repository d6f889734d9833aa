"""Processes that a step forks or leaves running: they end as they would anywhere, and the task goes on as if they were not there."""

import signal
import time
from pathlib import Path

import pytest
from support.shim_tasks import Ended, Tasks

FLOW = """
    @step
    def start(self):
        self.kept = act()
        for number in range(10_000):
            print("line", number)
        self.next(self.end)

    @step
    def end(self):
        pass
"""
TOP = """
    import multiprocessing, os, subprocess, sys, time

    multiprocessing.set_start_method("fork")

    def square(number):
        return number * number

    def pool():
        with multiprocessing.Pool(2) as workers:
            return workers.map(square, range(4))

    def child(act):
        pid = os.fork()
        if pid == 0:
            act()
            raise Left
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    class Left(BaseException):
        pass

    def fails():
        raise ValueError("of the child")

    def told():
        os.kill(os.getpid(), 15)
        time.sleep(60)

    def act():
        return {act}
"""
OUTPUT = "".join(f"line {number}\n" for number in range(10_000))
"""More than a pipe holds."""


def ran(folder: Path, act: str) -> tuple[Tasks, Ended]:
    tasks = Tasks(folder, FLOW, top=TOP.format(act=act))
    return tasks, tasks.run("start")


@pytest.mark.parametrize(
    ("act", "kept"),
    [
        ("pool()", [0, 1, 4, 9]),
        ("child(lambda: sys.exit())", 0),
        ("child(lambda: sys.exit(7))", 7),
        ("child(lambda: sys.exit('its last word'))", 1),
        ("child(fails)", 1),
        ("child(told)", -signal.SIGTERM),
    ],
)
def test_a_forked_child_ends_alone(tmp_path: Path, act: str, kept: object) -> None:
    tasks, ended = ran(tmp_path, act)
    assert ended.code == 0, ended.out
    assert ended.out.endswith(OUTPUT)
    assert tasks.failures("start") == []
    assert tasks.values("start") == {"kept": kept}
    assert tasks.log(tasks.record("start")) == ended.out
    assert ended.out.count("its last word") == ("last word" in act)
    assert ended.out.count("ValueError: of the child\n") == (act == "child(fails)")


def test_a_child_that_comes_out_of_the_step_does_not_commit(tmp_path: Path) -> None:
    tasks, ended = ran(tmp_path, "os.fork() and os.wait() and 1")
    assert ended.code == 0, ended.out
    assert ended.out == OUTPUT * 2, "the child's, then the task's"
    assert tasks.values("start") == {"kept": 1}
    assert tasks.log(tasks.record("start")) == ended.out


def test_a_child_of_the_import_does_not_become_a_second_task(tmp_path: Path) -> None:
    tasks = Tasks(tmp_path, FLOW, top="import os\nif os.fork():\n    os.wait()\ndef act():\n    open('ran', 'a').write('x')")
    assert tasks.run("start").code == 0
    assert (tmp_path / "ran").read_text() == "x"


def test_a_child_that_keeps_printing_does_not_hold_the_task(tmp_path: Path) -> None:
    tasks = Tasks(tmp_path, FLOW, top=TOP.format(act="[subprocess.Popen(['yes']).pid for _ in range(6)] and time.sleep(0.2)"))
    # Labelled, so that what comes is passed on more slowly than it is printed.
    assert tasks.run("start", prefix=True).code == 0
    assert "9999" in tasks.log(tasks.record("start"))


def test_a_task_with_a_living_child_ends_on_sigterm(tmp_path: Path) -> None:
    tasks = Tasks(tmp_path, FLOW, top=TOP.format(act="subprocess.Popen(['yes']) and open('up', 'w').close() or time.sleep(60)"))
    process = tasks.start("start")
    while not (tmp_path / "up").exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 143
    assert [record["exit_code"] for record in tasks.failures("start")] == [143]
