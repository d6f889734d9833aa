"""Run a flow by the command `flowc run` in a process of its own, and read back from the store what happened."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from support.canonical import canonical


@dataclass(frozen=True, slots=True)
class Trace:
    """What a run left behind: (step, at) → artifact name → canonical text; `said` is the output of the command."""

    succeeded: bool
    tasks: dict[tuple[str, str], dict[str, str]]
    said: str = field(compare=False, default="")
    attempts: dict[tuple[str, str], int] = field(compare=False, default_factory=dict)


def run_here(
    path: Path,
    flow: str,
    root: str,
    *,
    options: Sequence[str] = (),
    parameters: Sequence[str] = (),
    run: str = "r1",
    file_flow: str | None = None,
) -> Trace:
    """Run the flow and return its trace; the flow's folder is the working directory.

    `flow` is its deployed name, `file_flow` the class where that differs.
    """
    command = [sys.executable, "-m", "flowc", "run", "--root", root, "--run-id", run, *options, f"{path}:{file_flow or flow}", *parameters]
    done = subprocess.run(command, capture_output=True, text=True, cwd=path.parent, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    said = done.stdout + done.stderr
    if done.returncode not in (0, 1) or ("Traceback" in said and "flowc/local" in said):
        raise AssertionError(f"flowc run ended with {done.returncode}\n{said[-4000:]}")
    return read_trace(root, flow, run, path.parent, said)


def read_trace(root: str, flow: str, run: str, folder: Path, said: str = "") -> Trace:
    """Read a run's trace from the store with the client; `folder` is where the flow's own classes can be imported from."""
    from flowc.client import Run

    sys.path.insert(0, str(folder))
    try:
        found = Run(f"{flow}/{run}", root=root)
        tasks, attempts = {}, {}
        for step in found:
            for task in step.tasks:
                if task.successful:
                    tasks[step.id, task.at] = {artifact.id: canonical(artifact.data) for artifact in task.artifacts}
                    attempts[step.id, task.at] = task.current_attempt
        return Trace(found.successful, tasks, said, attempts)
    finally:
        sys.path.remove(str(folder))
