"""A DAG folder in a git checkout: what is said of it, and a commit where it is asked for."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from support.airflow_units import tree_of, unit_of
from support.notation import parse_graph

from flowc.backends.airflow import BACKEND
from flowc.backends.airflow.dag_folder import FolderDeployer
from flowc.backends.base import Manifest
from flowc.backends.deploying import DeployUnit
from flowc.errors import EngineError, UsageError

Git = Callable[..., str]


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """A checkout `work` of a bare repository `shared`, with one commit that both have; the fixture runs git in it."""
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, str(tmp_path / "gitconfig"))
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "gitconfig").write_text("[user]\nname = a\nemail = a@example.org\n[init]\ndefaultBranch = main\n")

    def run(*words: str) -> str:
        return subprocess.run(["git", "-C", str(tmp_path / "work"), *words], check=True, capture_output=True, text=True).stdout

    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "shared")], check=True)
    subprocess.run(["git", "clone", "-q", str(tmp_path / "shared"), str(tmp_path / "work")], check=True, capture_output=True)
    (tmp_path / "work/da gs").mkdir()
    (tmp_path / "work/da gs/other.py").write_text("x = 1\n")
    run("add", ".")
    run("commit", "-qm", "first")
    run("push", "-qu", "origin", "HEAD:main")
    return run


def deploy(folder: Path, *, commit: bool = False, change: str | None = None) -> list[str]:
    """Deploy as the command does, and return the advice without what Airflow does next."""
    [made] = BACKEND.emit(unit_of("start>a a>end"))
    manifest = Manifest(made.path, made.text if change is None else made.text.replace('"owner": "flowc"', f'"owner": "{change}"'))
    deployer = FolderDeployer(folder, None, commit=commit)
    graph = tree_of(parse_graph("start>a a>end")).graph
    unit = DeployUnit(flow="TestFlow", graph=graph, manifests=(manifest,), root="file:///store")
    changes = deployer.plan(unit)
    lines = deployer.advice(unit, changes)
    deployer.apply(unit, changes)
    return [line for line in lines if not line.startswith("Airflow ")]


def test_what_to_commit_and_where(git: Git, tmp_path: Path) -> None:
    top = tmp_path / "work"
    [line] = deploy(top / "da gs")
    assert line == f"the folder is a git checkout (branch main): git -C {top} add 'da gs/TestFlow.py' && git -C {top} commit, then push"
    assert git("status", "--porcelain") == '?? "da gs/TestFlow.py"\n', "nothing is committed unless asked"


def test_what_is_not_pushed_or_not_fetched(git: Git, tmp_path: Path) -> None:
    git("commit", "-qm", "here", "--allow-empty")
    git("branch", "-q", "aside", "HEAD")
    git("reset", "-q", "--hard", "HEAD~1")
    git("commit", "-qm", "mine", "--allow-empty")
    git("commit", "-qm", "too", "--allow-empty")
    git("push", "-q", "origin", "aside:main")
    git("fetch", "-q")
    [line] = deploy(tmp_path / "work/da gs")
    assert line.startswith("the folder is a git checkout (branch main, 2 ahead of origin/main, 1 behind origin/main): ")


def test_changes_that_no_commit_holds_are_told(git: Git, tmp_path: Path) -> None:
    folder = tmp_path / "work/da gs"
    deploy(folder)
    told = deploy(folder, change="team")
    assert told[1:] == ["da gs/TestFlow.py had changes that no commit holds; they are replaced"]
    told = deploy(folder, change="team")
    assert told[1:] == ["da gs/TestFlow.py had changes that no commit holds; they are still there"]
    git("add", ".")
    git("commit", "-qm", "mine")
    [line] = deploy(folder, change="team")
    assert line == f"the folder is a git checkout (branch main, 1 ahead of origin/main): push it with git -C {tmp_path}/work push"
    git("push", "-q", "origin", "HEAD:main")
    assert deploy(folder, change="team") == []


def test_commits_that_file_alone(git: Git, tmp_path: Path) -> None:
    folder = tmp_path / "work/da gs"
    (folder / "other.py").write_text("x = 2\n")
    (folder / "staged.py").write_text("")
    git("add", "da gs/staged.py")
    assert deploy(folder, commit=True) == [f"committed in {tmp_path}/work (branch main): push it with git -C {tmp_path}/work push"]
    assert git("show", "--format=%s", "--name-only", "HEAD").split("\n") == ["Deploy TestFlow", "", "da gs/TestFlow.py", ""]
    assert git("status", "--porcelain", "-z").split("\0")[:-1] == [" M da gs/other.py", "A  da gs/staged.py"]
    deploy(folder, commit=True)
    assert git("rev-list", "--count", "HEAD") == "2\n", "nothing to commit, nothing committed"
    assert git("rev-list", "--count", "origin/main") == "1\n", "nothing is pushed"


def test_a_commit_that_git_refuses(git: Git, tmp_path: Path) -> None:
    hook = tmp_path / "work/.git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho not today\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(EngineError, match=r"git commit in .* failed: not today"):
        deploy(tmp_path / "work/da gs", commit=True)
    assert (tmp_path / "work/da gs/TestFlow.py").exists()


def test_a_folder_of_its_own_is_no_checkout(tmp_path: Path) -> None:
    assert deploy(tmp_path) == []
    with pytest.raises(UsageError, match="is in no git checkout"):
        deploy(tmp_path, commit=True)


def test_without_git_the_state_is_not_known(git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    [line] = deploy(tmp_path / "work/da gs")
    assert "(its state is not known: git cannot be started: No such file or directory)" in line
