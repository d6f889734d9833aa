"""kill -9 before and after every store call of a whole attempt of the shim, enumerated from a recording of it."""

import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
from support.attempts import Watched
from support.shim_tasks import RUN, Tasks

from flowc.runtime_shim import journal, run_step
from flowc.runtime_shim.artifacts import Artifacts
from flowc.runtime_shim.contract import Attempt, commit_key, exit_key
from flowc.runtime_shim.items import load_item
from flowc.runtime_shim.records import read_record
from flowc.runtime_shim.stores import Store, open_store

FLOW = """
    alpha = Parameter("alpha", default=0.5)

    @step
    def start(self):
        self.big = list(range(20_000))
        self.next(self.work)

    @step
    def work(self):
        self.big.append("more")
        self.way = "again" if len(self.big) < 20_002 else "out"
        print("line " * 5_000)
        self.next({"again": self.work, "out": self.fan}, condition="way")

    @step
    def fan(self):
        self.xs = ["x" * 70_000, "y", "z"]
        self.next(self.each, foreach="xs")

    @step
    def each(self):
        self.next(self.join)

    @step
    def join(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        pass
"""
LINE = [("start", "r"), ("work", "r~0"), ("work", "r~1"), ("fan", "r")]
ADDED = dict(zip(LINE, (0, 1, 2, 2), strict=True))


class Killer:
    """Watches a store; kills the process at the given count of calls, or writes what it saw to a file."""

    def __init__(self, at: int | None, seen: Path) -> None:
        self._at = at
        self._count = 0
        self._seen = seen

    def __call__(self, name: str) -> None:
        if self._count == self._at:
            os.kill(os.getpid(), signal.SIGKILL)
        self._count += 1
        with self._seen.open("a") as file:
            file.write(name + "\n")


def run_forked(attempt: Attempt, killer: Killer) -> int:
    """Run an attempt in a forked child; return its exit code, minus the signal where it was killed."""
    child = os.fork()
    if child == 0:
        code = 99
        try:

            def watched(url: str) -> Any:
                return Watched(open_store(url), killer)

            run_step.open_store = journal.open_store = watched  # type: ignore[attr-defined]  # in this process alone
            code = run_step.run_attempt(attempt)
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def state_of(store: Store, step: str, at: str) -> str:
    """Return "old", "new" or "left" (new, with the exit record of the loop it left); everything that a record names loads."""
    record = read_record(store, commit_key("F", RUN, step, at))
    left = read_record(store, exit_key("F", RUN, "work", "r"))
    if record is None:
        assert step != "work" or left is None, "an exit record before its commit"
        return "old"
    artifacts = Artifacts(store, "F", record["artifacts"])
    assert len(artifacts.get("big")) == 20_000 + ADDED[step, at]
    assert all(artifacts.get(name) is not None for name in artifacts.names())
    if step == "fan":
        assert [load_item(store, "F", record["items"], index) for index in range(3)] == ["x" * 70_000, "y", "z"]
    return "left" if left is not None else "new"


@pytest.mark.parametrize(
    "number",
    [pytest.param(0, marks=pytest.mark.slow, id="start"), pytest.param(2, id="work"), pytest.param(3, marks=pytest.mark.slow, id="fan")],
)
def test_kill_everywhere(tmp_path: Path, number: int, capfd: pytest.CaptureFixture[str]) -> None:
    tasks = Tasks(tmp_path, FLOW)
    for step, at in LINE[:number]:
        assert tasks.run(step, at).code == 0
    (step, at), control, prepared = LINE[number], tmp_path / "control", tmp_path / "prepared"
    root = tmp_path / "store"
    root.mkdir(exist_ok=True)
    shutil.copytree(root, prepared)

    def attempt(attempt: int) -> Attempt:
        return tasks.attempt(step, at, attempt, control=str(control), parameters={} if number == 0 else None, user_retries=3)

    assert run_forked(attempt(0), Killer(None, tmp_path / "seen")) == 0
    calls = (tmp_path / "seen").read_text().splitlines()
    expected = control.read_text()
    finished = state_of(tasks.store, step, at)
    assert finished == ("left" if number > 1 else "new")
    assert {call.split()[0] for call in calls} >= {"get", "create", "put_object"}

    states = []
    for place in range(len(calls)):
        shutil.rmtree(root)
        shutil.copytree(prepared, root)
        control.unlink(missing_ok=True)
        assert run_forked(attempt(0), Killer(place, tmp_path / "ignored")) == -signal.SIGKILL
        assert not control.exists()
        states.append(state_of(tasks.store, step, at))
        before = tasks.store.get(commit_key("F", RUN, step, at))
        assert run_forked(attempt(1), Killer(None, tmp_path / "ignored")) == 0
        assert state_of(tasks.store, step, at) == finished
        assert control.read_text() == expected
        if before is not None:
            assert tasks.store.get(commit_key("F", RUN, step, at)) == before
    turn = calls.index(f"create {commit_key('F', RUN, step, at)} done")
    assert [state == "old" for state in states] == [place < turn for place in range(len(calls))]
    capfd.readouterr()
