"""However a run is ended, no process outlives it, not even one that left its session; and the record says what happened."""

import json
import signal
import sys
import uuid
from pathlib import Path

import pytest
from support.runs import RUN, marked_processes, run, start, wait_until, wait_while_running, write_flow

SLEEPERS = """
@step
def start(self):
    self.xs = [0, 1, 2]
    self.next(self.work, foreach="xs")

@step
def work(self):
    subprocess.Popen(["sleep", "600"])
    subprocess.Popen(["sleep", "600"], start_new_session=True)
    print("up", flush=True)
    pathlib.Path(f"up{self.index}").touch()
    time.sleep(600)
    self.next(self.join)

@step
def join(self, inputs):
    self.next(self.end)

@step
def end(self):
    pass
"""
TOP = "import pathlib, signal, subprocess, sys, time, os"

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="counts processes in /proc")]


def end_of(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "store" / "F" / "runs" / RUN / "_end").read_text())
    return found


def up(folder: Path) -> bool:
    return all((folder / f"up{n}").exists() for n in range(3))


@pytest.mark.parametrize("isolate", [[], ["--isolate"]], ids=["forked", "isolated"])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_stops_everything(number: int, code: int, isolate: list[str], tmp_path: Path) -> None:
    mark = f"flowc-test-{uuid.uuid4()}"
    process = start(write_flow(tmp_path, SLEEPERS, top=TOP), options=["--max-workers", "3", *isolate], env={"MARK": mark})
    wait_while_running(process, lambda: up(tmp_path))
    assert len(marked_processes(mark)) >= 3 * 3 + 2
    process.send_signal(number)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == code, said
    assert marked_processes(mark) == []
    assert end_of(tmp_path)["status"] == "stopped"
    assert "was stopped" in said


@pytest.mark.parametrize("isolate", [[], ["--isolate"]], ids=["forked", "isolated"])
def test_nothing_outlives_an_engine_that_is_killed(isolate: list[str], tmp_path: Path) -> None:
    mark = f"flowc-test-{uuid.uuid4()}"
    process = start(write_flow(tmp_path, SLEEPERS, top=TOP), options=["--max-workers", "3", *isolate], env={"MARK": mark})
    wait_while_running(process, lambda: up(tmp_path))
    process.kill()
    process.communicate(timeout=60)
    wait_until(lambda: marked_processes(mark) == [], 10)
    assert not (tmp_path / "store" / "F" / "runs" / RUN / "_end").exists()


def test_nothing_outlives_an_engine_that_is_killed_during_the_import(tmp_path: Path) -> None:
    mark = f"flowc-test-{uuid.uuid4()}"
    path = write_flow(tmp_path, SLEEPERS, top=TOP + "\npathlib.Path('importing').touch()\ntime.sleep(600)")
    process = start(path, env={"MARK": mark})
    wait_while_running(process, (tmp_path / "importing").exists)
    process.kill()
    process.communicate(timeout=60)
    wait_until(lambda: marked_processes(mark) == [], 10)


def test_a_step_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    mark = f"flowc-test-{uuid.uuid4()}"
    body = """
    @step
    def start(self):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        pathlib.Path("up").touch()
        while True:
            time.sleep(1)
        self.next(self.end)

    @step
    def end(self):
        pass
    """
    process = start(write_flow(tmp_path, body, top=TOP), env={"MARK": mark})
    wait_while_running(process, (tmp_path / "up").exists)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert marked_processes(mark) == []
    assert end_of(tmp_path)["status"] == "stopped"


def test_a_launcher_that_is_killed_fails_the_run(tmp_path: Path) -> None:
    mark = f"flowc-test-{uuid.uuid4()}"
    body = SLEEPERS.replace("time.sleep(600)", "os.kill(os.getppid(), 9) if self.index == 2 else time.sleep(600)")
    process = start(write_flow(tmp_path, body, top=TOP), options=["--max-workers", "3"], env={"MARK": mark})
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1, said
    assert end_of(tmp_path)["status"] == "failed"
    assert "killed by SIGKILL" in said
    assert marked_processes(mark) == []


def test_retries_survive_a_launcher_that_is_killed(tmp_path: Path) -> None:
    body = """
    @retry(times=1, minutes_between_retries=0)
    @step
    def start(self):
        if current.retry_count == 0:
            os.kill(os.getppid(), signal.SIGKILL)
            time.sleep(600)
        self.next(self.end)

    @step
    def end(self):
        pass
    """
    ran = run(write_flow(tmp_path, body, top=TOP))
    assert ran.code == 0, ran.said
    assert ran.tasks() == {("start", "r"), ("end", "r")}


def test_a_reader_that_goes_away_stops_the_run(tmp_path: Path) -> None:
    mark = f"flowc-test-{uuid.uuid4()}"
    process = start(write_flow(tmp_path, SLEEPERS, top=TOP), options=["--max-workers", "2"], env={"MARK": mark})
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(60) == 1
    assert marked_processes(mark) == []
    assert end_of(tmp_path)["status"] == "stopped"


def test_what_a_task_leaves_behind_ends_with_it(tmp_path: Path) -> None:
    mark = f"flowc-test-{uuid.uuid4()}"
    body = """
    @step
    def start(self):
        subprocess.Popen(["sleep", "600"])
        subprocess.Popen(["sleep", "600"], start_new_session=True)
        self.next(self.end)

    @step
    def end(self):
        pass
    """
    ran = run(write_flow(tmp_path, body, top=TOP), env={"MARK": mark})
    assert ran.code == 0, ran.said
    assert marked_processes(mark) == []
