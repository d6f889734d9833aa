"""What `docs/ci.md`, `action.yml` and `.pre-commit-hooks.yaml` say is valid, and does what it says in a repository that the test makes."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.flows import REPO
from support.schemas import violations

FLOW = """\
from flowc import FlowSpec, retry, step


class Train(FlowSpec):
    @retry(times=2)
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
"""
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", (REPO / "docs/ci.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
ACTION = yaml.safe_load((REPO / "action.yml").read_text(encoding="utf-8"))
HOOKS = yaml.safe_load((REPO / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
[SCRIPT] = [text for language, text in BLOCKS if language == "bash"]
WORKFLOW, PRE_COMMIT = [yaml.safe_load(text) for language, text in BLOCKS if language == "yaml"]


def run(script: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run `script` as a GitHub runner would, `flowc` on the path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(command, env={**os.environ, "PATH": path, **environment}, capture_output=True, text=True, check=False)


def git(*arguments: str) -> None:
    names = {f"GIT_{who}_{what}": "x@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    subprocess.run(["git", *arguments], env={**os.environ, **names}, check=True, capture_output=True)


@pytest.fixture(autouse=True)
def _repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository with one flow and its compiled file, pushed."""
    work = tmp_path / "work"
    (work / "flows").mkdir(parents=True)
    monkeypatch.chdir(work)
    Path("flowc.toml").touch()
    Path("flows/train.py").write_text(FLOW)
    assert run("flowc compile flows/train.py --target airflow -o build").returncode == 0
    git("init", "-q", "-b", "main", ".")
    git("add", ".")
    git("commit", "-q", "-m", "Add a flow")
    git("clone", "-q", "--bare", ".", str(tmp_path / "origin"))
    git("remote", "add", "origin", str(tmp_path / "origin"))


def test_files_are_valid() -> None:
    workflow = {("on" if key is True else key): value for key, value in WORKFLOW.items()}
    assert violations("GitHub Action", ACTION) == []
    assert violations("GitHub Workflow", workflow) == []
    assert violations(".pre-commit-hooks.yml", HOOKS) == []
    assert violations(".pre-commit-config.yml", PRE_COMMIT) == []


def test_workflow_and_hooks_use_what_there_is() -> None:
    [step] = [step for step in WORKFLOW["jobs"]["flows"]["steps"] if "flowc@" in step.get("uses", "")]
    assert step["with"].keys() <= ACTION["inputs"].keys()
    assert [hook["id"] for hook in PRE_COMMIT["repos"][0]["hooks"]] == [hook["id"] for hook in HOOKS]


@pytest.mark.slow
def test_script_passes_then_fails_on_a_stale_file() -> None:
    assert run(SCRIPT).returncode == 0
    Path("flows/train.py").write_text(FLOW.replace("times=2", "times=1"))
    done = run(SCRIPT)
    assert done.returncode == 1
    assert "stale: build/airflow/Train/Train.py" in done.stdout


def act(flows: str = "flows/*.py", targets: str = "airflow") -> tuple[int, str]:
    """Run the action's steps but the installation; GitHub expands the inputs, which reach scripts through the environment alone."""
    inputs = {"flows": flows, "targets": targets, "output": "build", "options": ""}
    out = ""
    for step in ACTION["runs"]["steps"][1:]:
        if "if" in step and not targets:
            continue
        environment = {
            name: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda found: inputs[found[1]], text) for name, text in step["env"].items()
        }
        assert "${{" not in step["run"]
        done = run(step["run"], **environment)
        out += done.stdout
        if done.returncode:
            return done.returncode, out
    return 0, out


def test_action_passes() -> None:
    assert act() == (0, "")
    assert act(targets="") == (0, "")


@pytest.mark.slow
def test_action_annotates_findings() -> None:
    Path("flows/train.py").write_text(FLOW.replace("times=2", "time=2"))
    code, out = act()
    assert code == 1
    assert out.startswith("::error file=flows/train.py,line=5,col=12,")


@pytest.mark.slow
def test_action_fails_on_orphans() -> None:
    Path("flows/train.py").write_text(FLOW.replace("Train", "Fit"))
    assert run("flowc compile flows/train.py --target airflow -o build").returncode == 0
    code, out = act()
    assert (code, out.splitlines()[0]) == (1, "orphaned: build/airflow/Train/Train.py")


@pytest.mark.slow
def test_workflow_says_what_changes(tmp_path: Path) -> None:
    Path("flows/train.py").write_text(FLOW.replace("times=2", "times=0"))
    summary = tmp_path / "summary.md"
    for step in WORKFLOW["jobs"]["flows"]["steps"]:
        if "run" in step:
            done = run(step["run"], GITHUB_BASE_REF="main", GITHUB_STEP_SUMMARY=str(summary))
            assert (done.returncode, done.stderr) == (0, "")
    text = summary.read_text()
    assert text.startswith("### `Train`: 2 changes, risk medium\n")
    assert "| medium | retry-removed | `start` | `2` | `0` |" in text
    assert Path("flowc.sarif").read_text().startswith('{\n  "$schema"')


def hook(name: str) -> Any:
    [found] = [each for each in HOOKS if each["id"] == name]
    return found


@pytest.mark.slow
def test_hooks_do_what_they_are_called() -> None:
    [_, used] = PRE_COMMIT["repos"][0]["hooks"]
    compare = f"{hook('flowc-compile')['entry']} {' '.join(used['args'])}"
    check = f"{hook('flowc-check')['entry']} flows/train.py"
    assert (run(compare).returncode, run(check).returncode) == (0, 0)
    Path("flows/train.py").write_text(FLOW.replace("times=2", "times=9"))
    assert (run(compare).returncode, run(check).returncode) == (1, 1)
