"""A forked task is like one in an interpreter of its own; and where it would not be, it gets one."""

import re
from pathlib import Path

import pytest
from support.local_run import read_trace
from support.runs import RUN, run, write_flow

pytestmark = pytest.mark.slow

PID = """
@step
def start(self):
    self.pids = [1, 2, 3, 4]
    self.next(self.work, foreach="pids")

@step
def work(self):
    print("parent", os.getppid(), "session", os.getsid(0) == os.getpid(), "stdin", sys.stdin.read())
    self.next(self.join)

@step
def join(self, inputs):
    self.next(self.end)

@step
def end(self):
    pass
"""


def test_the_flow_is_imported_once(tmp_path: Path) -> None:
    ran = run(write_flow(tmp_path, PID, top="import os, sys\nprint('imported by', os.getpid())"))
    assert ran.code == 0, ran.said
    assert ran.said.count("[import] imported by") == ran.said.count("imported by") == 1
    assert len(set(re.findall(r"parent (\d+) session True stdin\n", ran.said))) == 1


@pytest.mark.parametrize(
    ("top", "options"),
    [
        ("import os, sys\nprint('imported by', os.getpid())", ["--isolate"]),
        ("import os, sys, threading\nprint('imported by', os.getpid())\nthreading.Timer(600, print).start()", []),
    ],
    ids=["asked for", "a thread runs"],
)
def test_an_interpreter_per_task(top: str, options: list[str], tmp_path: Path) -> None:
    ran = run(write_flow(tmp_path, PID, top=top), options=options)
    assert ran.code == 0, ran.said
    assert ran.said.count("] imported by") >= 7
    assert ("importing the flow started a thread" in ran.said) == (not options)


def test_a_run_inside_a_task_takes_nothing_of_its_environment(tmp_path: Path) -> None:
    outer = {"FLOWC_GANG": "0/2", "FLOWC_CATCH": "x", "FLOWC_CAUGHT": "1", "FLOWC_PARAMS": '{"a": 1}'}
    ran = run(write_flow(tmp_path, PID, top="import os, sys"), options=["--isolate"], env=outer)
    assert ran.code == 0, ran.said
    record = ran.record("start", "r")
    assert record is not None
    assert record["status"] == "ok"


RANDOM = """
@step
def start(self):
    self.xs = [0, 1, 2]
    self.next(self.draw, foreach="xs")

@step
def draw(self):
    self.drawn = (random.random(), float(np.random.rand()))
    self.next(self.join)

@step
def join(self, inputs):
    self.drawn = [i.drawn for i in inputs]
    self.next(self.end)

@step
def end(self):
    print("different", [len(set(column)) for column in zip(*self.drawn)])
    print("drawn", self.drawn[0])
"""


@pytest.mark.parametrize(
    ("seeds", "different"),
    [("", [3, 3]), ("random.seed(7)", [1, 3]), ("np.random.seed(7)", [3, 1]), ("random.seed(7); np.random.seed(7)", [1, 1])],
)
def test_random_numbers_are_those_of_a_fresh_interpreter(seeds: str, different: list[int], tmp_path: Path) -> None:
    forked, fresh = tmp_path / "forked", tmp_path / "fresh"
    said = {}
    for folder, options in ((forked, []), (fresh, ["--isolate"])):
        folder.mkdir()
        ran = run(write_flow(folder, RANDOM, top=f"import random\nimport numpy as np\n{seeds}"), options=options)
        assert ran.code == 0, ran.said
        assert f"different {different}" in ran.said
        said[folder] = re.findall(r"drawn (\(.*\))", ran.said)
    if different == [1, 1]:
        assert said[forked] == said[fresh]


ARTIFACTS = """
size = Parameter("size", default=3)
raw = IncludeFile("raw", default="data.txt")

@step
def start(self):
    self.names = {"b", "a", "c"}
    self.array = np.arange(self.size)
    self.point = Point(1, 2)
    self.xs = sorted(self.names)
    self.next(self.work, foreach="xs")

@step
def work(self):
    self.got = (self.input, self.index, self.foreach_stack(), self.array.sum().item(), self.point.x)
    self.next(self.join)

@step
def join(self, inputs):
    self.merge_artifacts(inputs, exclude=["got"])
    self.got = [i.got for i in inputs]
    self.next(self.end)

@step
def end(self):
    assert self.point == Point(1, 2)
"""
POINT = "import dataclasses\nimport numpy as np\n\n@dataclasses.dataclass(frozen=True)\nclass Point:\n    x: int\n    y: int\n"


def test_both_ways_leave_the_same_artifacts(tmp_path: Path) -> None:
    traces = []
    for name, options in (("forked", []), ("fresh", ["--isolate"])):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "data.txt").write_text("text")
        ran = run(write_flow(folder, ARTIFACTS, top=POINT, name=f"{name}_flow.py"), options=options)
        assert ran.code == 0, ran.said
        traces.append(read_trace((folder / "store").as_uri(), "F", RUN, folder))
    assert traces[0].tasks == traces[1].tasks
    assert len(traces[0].tasks) == 6


@pytest.mark.parametrize("dying", ["os._exit(3)", "os.kill(os.getpid(), 9)", "raise SystemExit(3)"])
def test_an_import_that_ends_its_process_is_the_first_steps_failure(dying: str, tmp_path: Path) -> None:
    ran = run(write_flow(tmp_path, PID, top=f"import os, sys\n{dying}"))
    assert ran.code == 1, ran.said
    assert ran.end()["failed"][0]["step"] == "start"
    assert "bug" not in ran.said


def test_a_decorator_value_that_only_the_import_knows(tmp_path: Path) -> None:
    body = """
    @retry(times=int(os.environ["TIMES"]), minutes_between_retries=0)
    @step
    def start(self):
        assert current.retry_count == 2
        self.next(self.end)

    @step
    def end(self):
        pass
    """
    for options in ([], ["--isolate"]):
        folder = tmp_path / str(len(options))
        folder.mkdir()
        ran = run(write_flow(folder, body, top="import os"), options=options, env={"TIMES": "2"})
        assert ran.code == 0, ran.said
        record = ran.record("start", "r")
        assert record is not None
        assert record["attempt"] == 2


def test_processes_are_not_held_for_items_that_wait(tmp_path: Path) -> None:
    body = """
    @step
    def start(self):
        self.xs = range(500)
        self.next(self.work, foreach="xs")

    @step
    def work(self):
        if self.index == 250:
            found = pathlib.Path(f"/proc/{os.getppid()}/task/{os.getppid()}/children").read_text().split()
            pathlib.Path("beside").write_text(str(len(found)))
        self.next(self.join)

    @step
    def join(self, inputs):
        self.n = sum(1 for _ in inputs)
        self.next(self.end)

    @step
    def end(self):
        assert self.n == 500
    """
    ran = run(write_flow(tmp_path, body, top="import os, pathlib"), options=["--max-workers", "4"])
    assert ran.code == 0, ran.said[-2000:]
    assert int((tmp_path / "beside").read_text()) <= 4
