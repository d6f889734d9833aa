import contextlib
import io
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from flowc.cli.group import run

FLOWS = Path(__file__).parents[2] / "data" / "client"


@dataclass(frozen=True, slots=True)
class Project:
    """A project whose flows were run by `flowc run`, its store where the project has it by default."""

    folder: Path

    @property
    def root(self) -> str:
        return (self.folder / ".flowc" / "store").as_uri()

    def flowc(self, *arguments: str, code: int = 0) -> str:
        """Call the command `flowc` from the project's folder, in this process; return its output, errors behind it."""
        out, err = io.StringIO(), io.StringIO()
        quiet = contextlib.redirect_stdout(out), contextlib.redirect_stderr(err)
        with contextlib.chdir(self.folder), quiet[0], quiet[1], pytest.raises(SystemExit) as ended:
            run(list(arguments))
        assert ended.value.code == code, out.getvalue() + err.getvalue()
        return out.getvalue() + err.getvalue()

    def process(self, *arguments: str, code: int = 0) -> str:
        """Run the command `flowc` in the project, in a process of its own; return its output, errors behind it."""
        command = [sys.executable, "-m", "flowc", *arguments]
        env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        env.pop("FLOWC_ROOT", None)
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.folder, env=env)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture(autouse=True)
def no_root_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FLOWC_ROOT", raising=False)


@pytest.fixture(scope="session")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Four runs: TrainFlow `one` (succeeded, tagged) and `two` (failed), Loops `one`, and one of a flow under @project."""
    project = Project(tmp_path_factory.mktemp("client") / "project")
    shutil.copytree(FLOWS, project.folder)
    project.process("run", "--run-id", "one", "--tag", "nightly", "--tag", "b", "train.py", "--alpha", "0.25")
    project.process("run", "--run-id", "two", "train.py", "--fail", "true", code=1)
    project.process("run", "--run-id", "one", "loops.py")
    project.process("run", "--run-id", "one", "deployed.py")
    return project


@pytest.fixture
def project(ran: Project, tmp_path: Path) -> Project:
    """A copy of the project, to change."""
    shutil.copytree(ran.folder, tmp_path / "project")
    return Project(tmp_path / "project")
