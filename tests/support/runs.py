"""Flows written by a test and run by `flowc run` in a process of its own; what is left is read from the records."""

import json
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RUN = "r1"


@dataclass(frozen=True, slots=True)
class Ran:
    """One run: exit code, output, and where its records are."""

    code: int
    said: str
    store: Path

    def record(self, step: str, at: str, flow: str = "F") -> dict[str, Any] | None:
        """The commit record of a task, None where it has none."""
        path = self.store / flow / "runs" / RUN / step / at / "commit"
        return json.loads(path.read_text()) if path.exists() else None

    def tasks(self, flow: str = "F") -> set[tuple[str, str]]:
        """(step, at) of every committed task."""
        return {(path.parent.parent.name, path.parent.name) for path in (self.store / flow / "runs" / RUN).glob("*/*/commit")}

    def end(self, flow: str = "F") -> dict[str, Any]:
        """The run's `_end` record."""
        found: dict[str, Any] = json.loads((self.store / flow / "runs" / RUN / "_end").read_text())
        return found


def write_flow(folder: Path, body: str, *, top: str = "", name: str = "flow.py") -> Path:
    """Write a file with flow `F` of this body, everything imported from flowc, and a main guard."""
    text = (
        f"from flowc import *\n{textwrap.dedent(top)}\n\nclass F(FlowSpec):\n{textwrap.indent(textwrap.dedent(body).strip(), '    ')}\n\n\n"
    )
    path = folder / name
    path.write_text(text + 'if __name__ == "__main__":\n    F()\n')
    return path


def start(
    path: Path, *arguments: str, options: Sequence[str] = (), store: Path | None = None, env: dict[str, str] | None = None
) -> "subprocess.Popen[str]":
    """Start `flowc run` on a flow file; its output is one pipe."""
    store = store or path.parent / "store"
    command = [sys.executable, "-m", "flowc", "run", "--root", store.as_uri(), "--run-id", RUN, *options, str(path), *arguments]
    environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **(env or {})}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=path.parent, env=environ)


def run(path: Path, *arguments: str, options: Sequence[str] = (), env: dict[str, str] | None = None) -> Ran:
    """Run a flow file to its end."""
    process = start(path, *arguments, options=options, env=env)
    said, _ = process.communicate(timeout=120)
    return Ran(process.returncode, said, path.parent / "store")


def marked_processes(mark: str) -> list[int]:
    """Pids of living processes whose environment holds `mark`, this one left out."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            marked = int(folder.name) != os.getpid() and mark.encode() in (folder / "environ").read_bytes()
            if marked and (folder / "stat").read_text().rpartition(")")[2].split()[0] != "Z":
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def wait_until(true: Callable[[], object], seconds: float = 30) -> None:
    """Wait for something to become true; fails the test when it does not."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def wait_while_running(process: "subprocess.Popen[str]", true: Callable[[], object]) -> None:
    """Wait for something that a run is to do; fails the test, with what the run said, when the run ends before."""
    wait_until(lambda: true() or process.poll() is not None)
    if process.poll() is not None:
        raise AssertionError(process.communicate()[0])
