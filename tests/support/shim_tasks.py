"""Flows written by a test and run task by task, each `python -m flowc.runtime_shim` in a process of its own, as an engine would."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from flowc.diagnostics import Report
from flowc.frontend import read_flows
from flowc.ir.plan import build_plan, plan_bytes
from flowc.ir.regions import RegionTree
from flowc.ir.structure_regions import structure_regions
from flowc.local.walk import Ready, Walk
from flowc.runtime_shim.contract import Attempt, Plan, commit_key, exit_key, run_key, task_key, task_prefix
from flowc.runtime_shim.environment import attempt_to_environment
from flowc.runtime_shim.records import read_record
from flowc.runtime_shim.stores import Store, open_store
from flowc.runtime_shim.values import load_value

RUN = "run 1"


class Ended(NamedTuple):
    """One attempt: its exit code and what it printed to standard output and error."""

    code: int
    out: str


class Tasks:
    """One run of a flow whose file is `body` of a class `F`; the code lies unpacked in `folder/code`."""

    def __init__(
        self, folder: Path, body: str, *, top: str = "", imports: str = "from flowc import *", files: Mapping[str, str] | None = None
    ) -> None:
        source = f"{imports}\n{textwrap.dedent(top)}\n\nclass F(FlowSpec):\n{textwrap.indent(textwrap.dedent(body).strip(), '    ')}\n"
        self._set_up(folder, source, files or {})

    @classmethod
    def of_source(cls, folder: Path, source: str) -> "Tasks":
        """The tasks of the one flow in `source`."""
        tasks = cls.__new__(cls)
        tasks._set_up(folder, source, {})
        return tasks

    def _set_up(self, folder: Path, source: str, files: Mapping[str, str]) -> None:
        self.folder = folder
        self.code = folder / "code"
        self.code.mkdir(exist_ok=True)
        for name, text in files.items():
            (self.code / name).write_text(text)
        (self.code / "flow.py").write_text(source)
        self.tree = _tree(self.code / "flow.py")
        self.plan: Plan = build_plan(self.tree)
        (self.code / "plan.json").write_bytes(plan_bytes(self.plan))
        self.store: Store = open_store((folder / "store").as_uri())

    def attempt(self, step: str, at: str = "r", attempt: int = 0, **changes: Any) -> Attempt:
        """The attempt of a task, as Airflow would hand it over, `changes` made."""
        given: dict[str, Any] = {
            "engine": "airflow",
            "flow": self.plan["flow"],
            "root": self.store.url,
            "run": RUN,
            "code_dir": str(self.code),
        }
        return Attempt(**{**given, "step": step, "at": at, "attempt": attempt, **changes})

    def start(self, step: str, at: str = "r", attempt: int = 0, *, verb: str = "step", **changes: Any) -> "subprocess.Popen[str]":
        """Start the process of an attempt."""
        environment = {**os.environ, **attempt_to_environment(self.attempt(step, at, attempt, **changes)), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-m", "flowc.runtime_shim", verb, step]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=self.folder)

    def run(self, step: str, at: str = "r", attempt: int = 0, **changes: Any) -> Ended:
        """Run an attempt to its end."""
        process = self.start(step, at, attempt, **changes)
        out, _ = process.communicate(timeout=60)
        return Ended(process.returncode, out)

    def loop(self, step: str, at: str = "r", attempt: int = 0, **changes: Any) -> Ended:
        """Run all turns of a loop in one process."""
        return self.run(step, at, attempt, verb="loop", **changes)

    def run_fused(self, **changes: Any) -> None:
        """Run every task once, each outermost loop in one process; none may fail."""
        walk = Walk(self.tree)
        while (ready := walk.next_task()) is not None:
            if not self.committed(ready.step, ready.at if ready.gang is None else f"{ready.at}.0"):
                for ended in self._run_ready(ready, **changes):
                    assert ended.code == 0, f"{ready.step} at {ready.at}: {ended.out}"
            walk.done(ready, self.record(ready.step, ready.at)["control"] if ready.gang is None else {"count": ready.gang})
        assert walk.over

    def _run_ready(self, ready: Ready, **changes: Any) -> list[Ended]:
        if ready.gang is not None:
            return self.gang(ready.step, ready.at, ready.gang, **changes)
        if ready.step in self.plan["loops"]:
            return [self.loop(ready.step, ready.at.rpartition("~")[0], **changes)]
        return [self.run(ready.step, ready.at, **changes)]

    def run_all(self, **changes: Any) -> None:
        """Run every task once, one after the other in the order of the flow; none may fail."""
        walk = Walk(self.tree)
        while (ready := walk.next_task()) is not None:
            if ready.gang is None:
                ended = self.run(ready.step, ready.at, **changes)
                assert ended.code == 0, f"{ready.step} at {ready.at}: {ended.out}"
                walk.done(ready, self.record(ready.step, ready.at)["control"])
            else:
                assert [ended.code for ended in self.gang(ready.step, ready.at, ready.gang)] == [0] * ready.gang
                walk.done(ready, {})
        assert walk.over

    def gang(self, step: str, at: str, size: int, nonce: str = "n1", **changes: Any) -> list[Ended]:
        """Run the members of a gang at the same time; where one fails end the others, as an engine must."""
        members = [self.start(step, f"{at}.{index}", gang=(index, size), gang_nonce=nonce, **changes) for index in range(size)]
        deadline = time.monotonic() + 60
        ended: set[int] = set()
        while len(ended) < size:
            assert time.monotonic() < deadline, "a member of the gang does not end"
            for index, member in enumerate(members):
                if index in ended or member.poll() is None:
                    continue
                ended.add(index)
                if member.returncode:
                    for other in members:
                        other.send_signal(signal.SIGTERM)
            time.sleep(0.02)
        return [Ended(member.returncode, member.communicate()[0]) for member in members]

    def record(self, step: str, at: str = "r") -> dict[str, Any]:
        """The commit record of a task, which must be there."""
        found = read_record(self.store, commit_key(self.plan["flow"], RUN, step, at))
        assert found is not None, f"{step} at {at} did not commit"
        return found

    def committed(self, step: str, at: str = "r") -> bool:
        """Whether a task has committed."""
        return self.store.get(commit_key(self.plan["flow"], RUN, step, at)) is not None

    def exit(self, loop: str, at: str) -> dict[str, Any] | None:
        """The exit record of a loop."""
        return read_record(self.store, exit_key(self.plan["flow"], RUN, loop, at))

    def run_record(self) -> dict[str, Any] | None:
        """The run's own record."""
        return read_record(self.store, run_key(self.plan["flow"], RUN, "_run"))

    def failures(self, step: str, at: str = "r") -> list[dict[str, Any]]:
        """The failure records of a task."""
        names = [name for name in self.store.list(task_prefix(self.plan["flow"], RUN, step, at)) if name.startswith("fail.")]
        records = [read_record(self.store, task_key(self.plan["flow"], RUN, step, at, name)) for name in names]
        return [record for record in records if record is not None]

    def values(self, step: str, at: str = "r", names: Iterable[str] | None = None) -> dict[str, Any]:
        """The artifacts that a task committed."""
        entries = self.record(step, at)["artifacts"]
        return {name: self.load(entries[name]) for name in (names or entries)}

    def load(self, entry: Any) -> Any:
        """The value of an entry."""
        return load_value(self.store, self.plan["flow"], entry)

    def log(self, record: Mapping[str, Any]) -> str:
        """The log in a record."""
        text: str = self.load(record["log"]).decode()
        return text


def _tree(path: Path) -> RegionTree:
    report = Report()
    (graph,) = read_flows(path, report, project_root=path.parent).flows
    tree = structure_regions(graph, report)
    assert tree is not None, [str(found) for found in report.diagnostics]
    assert not report.has_errors, [str(found) for found in report.diagnostics]
    return tree
