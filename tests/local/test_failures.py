"""What a run does when steps fail, hang, or are killed; and what it says then."""

from pathlib import Path

import pytest
from support.runs import run, write_flow

from flowc.client import Run

TOP = "import os, pathlib, signal, sys, time"

pytestmark = pytest.mark.slow


def test_siblings_end_nothing_new_starts_and_the_traceback_comes_last(tmp_path: Path) -> None:
    body = """
    @step
    def start(self):
        self.next(self.bad, self.slow, self.waiting)

    @step
    def bad(self):
        while not pathlib.Path("slow").exists():
            time.sleep(0.01)
        raise ValueError("boom")
        self.next(self.join)

    @step
    def slow(self):
        pathlib.Path("slow").touch()
        time.sleep(1)
        self.next(self.join)

    @step
    def waiting(self):
        pathlib.Path("waiting").touch()
        self.next(self.join)

    @step
    def join(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        pass
    """
    ran = run(write_flow(tmp_path, body, top=TOP), options=["--max-workers", "2"])
    assert ran.code == 1
    assert ran.tasks() == {("start", "r"), ("slow", "r")}
    assert not (tmp_path / "waiting").exists()
    assert ran.said.rstrip().endswith("ValueError: boom")
    summary = ran.said[ran.said.rindex("flowc: run F/r1 failed") :]
    assert "flowc: step bad at r failed: exit code 1" in summary
    assert f"flowc logs --root {(tmp_path / 'store').as_uri()} F/r1/bad/r" in summary
    assert "flowc/" not in summary[summary.index("Traceback") :], "the traceback shows the user's frames alone"
    assert 'raise ValueError("boom")' in summary
    assert ran.end()["status"] == "failed"
    assert ran.end()["failed"] == [{"step": "bad", "at": "r", "attempt": 0, "status": 1}]


def test_retries_count_attempts_and_wait_without_holding_others_back(tmp_path: Path) -> None:
    body = """
    @step
    def start(self):
        self.next(self.flaky, self.other)

    @retry(times=2, minutes_between_retries=0.02)
    @step
    def flaky(self):
        print("attempt", current.retry_count)
        if current.retry_count == 0:
            assert not pathlib.Path("other").exists()
            sys.exit(3)
        if current.retry_count == 1:
            assert pathlib.Path("other").exists(), "the pause held the other branch back"
            time.sleep(0.5)
            os.kill(os.getpid(), signal.SIGKILL)
        self.attempts = current.retry_count
        self.next(self.join)

    @step
    def other(self):
        pathlib.Path("other").touch()
        self.next(self.join)

    @step
    def join(self, inputs):
        assert inputs.flaky.attempts == 2
        self.next(self.end)

    @step
    def end(self):
        pass
    """
    ran = run(write_flow(tmp_path, body, top=TOP), options=["--max-workers", "1"])
    assert ran.code == 0, ran.said
    assert "[flaky r] attempt 0" in ran.said
    assert "[flaky r retry 1] attempt 1" in ran.said
    assert "[flaky r retry 2] attempt 2" in ran.said
    assert "[flaky r retry 1] flowc: failed (killed by SIGKILL)" in ran.said
    record = ran.record("flaky", "r")
    assert record is not None
    assert record["attempt"] == 2


@pytest.mark.parametrize("isolate", [[], ["--isolate"]], ids=["forked", "isolated"])
@pytest.mark.parametrize(
    ("ending", "attempt"),
    [("raise ValueError('boom')", 1), ("os.kill(os.getpid(), signal.SIGKILL)", 2), ("os._exit(9)", 2)],
    ids=["exception", "killed", "gone"],
)
def test_catch_after_a_retry(ending: str, attempt: int, isolate: list[str], tmp_path: Path) -> None:
    body = f"""
    @catch(var="problem")
    @retry(times=1, minutes_between_retries=0)
    @step
    def start(self):
        pathlib.Path(f"attempt{{current.retry_count}}").touch()
        {ending}
        self.next(self.end)

    @step
    def end(self):
        assert self.problem is not None
    """
    ran = run(write_flow(tmp_path, body, top=TOP), options=isolate)
    assert ran.code == 0, ran.said
    record = ran.record("start", "r")
    assert record is not None
    assert (record["status"], record["attempt"]) == ("caught", attempt)
    assert {path.name for path in tmp_path.glob("attempt*")} == {"attempt0", "attempt1"}, "the attempt that catches runs no user code"


def test_a_step_that_ignores_its_timeout_is_killed(tmp_path: Path) -> None:
    body = """
    @catch(var="problem")
    @timeout(seconds=1)
    @step
    def start(self):
        try:
            time.sleep(600)
        except BaseException:
            pathlib.Path("soft").touch()
        time.sleep(600)
        self.next(self.end)

    @step
    def end(self):
        assert self.problem is not None
    """
    ran = run(write_flow(tmp_path, body, top=TOP))
    assert ran.code == 0, ran.said
    assert (tmp_path / "soft").exists()
    record = ran.record("start", "r")
    assert record is not None
    assert record["status"] == "caught"


def test_what_a_killed_process_printed_can_be_read_later(tmp_path: Path) -> None:
    body = """
    @retry(times=1, minutes_between_retries=0)
    @step
    def start(self):
        print("last words of attempt", current.retry_count)
        time.sleep(0.5)
        if current.retry_count == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        raise ValueError("boom")
        self.next(self.end)

    @step
    def end(self):
        pass
    """
    ran = run(write_flow(tmp_path, body, top=TOP))
    assert ran.code == 1
    task = Run("F/r1", root=ran.store.as_uri())["start"].task
    assert [attempt.number for attempt in task.attempts] == [0, 1], "one record per attempt"
    killed, raised = task.attempts
    assert killed.log == "last words of attempt 0\n"
    assert killed.exception is not None
    assert "killed by SIGKILL" in killed.exception.message
    assert raised.exception is not None
    assert raised.exception.message == "boom"


def test_a_process_that_ends_well_without_a_commit_failed(tmp_path: Path) -> None:
    body = """
    @step
    def start(self):
        os._exit(0)
        self.next(self.end)

    @step
    def end(self):
        pass
    """
    ran = run(write_flow(tmp_path, body, top=TOP))
    assert ran.code == 1
    assert "before its step was done" in ran.said


def test_a_gang_fails_as_a_whole_and_is_retried_as_a_whole(tmp_path: Path) -> None:
    body = """
    @step
    def start(self):
        self.next(self.train, num_parallel=3)

    @retry(times=1, minutes_between_retries=0)
    @parallel
    @step
    def train(self):
        index = current.parallel.node_index
        pathlib.Path(f"member{index}.{current.retry_count}").touch()
        if current.retry_count == 0:
            while len(list(pathlib.Path(".").glob("member*.0"))) < 3:
                time.sleep(0.01)
            if index == 1:
                raise ValueError("member 1")
            time.sleep(600)
        self.index_ = index
        self.next(self.join)

    @step
    def join(self, inputs):
        assert [i.index_ for i in inputs] == [0, 1, 2]
        self.next(self.end)

    @step
    def end(self):
        pass
    """
    ran = run(write_flow(tmp_path, body, top=TOP), options=["--max-workers", "1"])
    assert ran.code == 0, ran.said
    assert {path.name for path in tmp_path.glob("member*.1")} == {"member0.1", "member1.1", "member2.1"}
    assert ran.tasks() == {("start", "r"), ("train", "r.0"), ("train", "r.1"), ("train", "r.2"), ("join", "r"), ("end", "r")}


def test_an_import_that_fails_is_the_first_steps_failure(tmp_path: Path) -> None:
    body = """
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
    """
    ran = run(write_flow(tmp_path, body, top="import does_not_exist_anywhere"))
    assert ran.code == 1
    assert ran.said.rstrip().endswith("No module named 'does_not_exist_anywhere'")
    assert ran.end()["failed"][0]["step"] == "start"


def test_what_a_step_forks_or_leaves_running_does_not_hold_the_run(tmp_path: Path) -> None:
    top = """
    import multiprocessing, os, subprocess, sys

    multiprocessing.set_start_method("fork")

    def square(number):
        return number * number
    """
    body = """
    @step
    def start(self):
        with multiprocessing.Pool(2) as workers:
            self.squares = workers.map(square, range(3))
        if os.fork() == 0:
            sys.exit(3)
        os.wait()
        print("x\\n" * 50_000)
        subprocess.Popen(["yes"])
        self.next(self.end)

    @step
    def end(self):
        print(self.squares)
    """
    ran = run(write_flow(tmp_path, body, top=top))
    assert ran.code == 0, ran.said[-1000:]
    assert "[end r] [0, 1, 4]" in ran.said
    assert ran.said.count("\n[start r] x") >= 50_000
    assert not list((tmp_path / "store/F/runs/r1/start/r").glob("fail.*"))


WHY = """
@step
def start(self):
    {body}
    self.next(self.end)

@step
def end(self):
    pass
"""
EARLIER = """
import traceback

def earlier():
    try:
        raise ValueError("of old")
    except ValueError:
        traceback.print_exc()
"""


@pytest.mark.parametrize(
    ("body", "last"),
    [
        ("print('? ', end=''); 1 / 0", "ZeroDivisionError: division by zero"),
        ("self.f = lambda: 1", "/start/r"),
        ("earlier(); time.sleep(0.3); os.kill(os.getpid(), 9)", "/start/r"),
        ("earlier(); self.f = lambda: 1", "/start/r"),
    ],
    ids=["a traceback behind a prompt", "no traceback", "killed behind another traceback", "refused behind another traceback"],
)
def test_the_summary_tells_what_the_failure_record_says(tmp_path: Path, body: str, last: str) -> None:
    ran = run(write_flow(tmp_path, WHY.format(body=body), top=TOP + EARLIER))
    summary = ran.said[ran.said.rindex("flowc: run F/r1 failed") :]
    assert summary.rstrip().endswith(last)
    assert "of old" not in summary
    assert ("failed: exit code 1: artifact 'f' of type function cannot be stored" in summary) == ("lambda" in body)
    assert ("failed: killed by SIGKILL" in summary) == ("os.kill" in body)
