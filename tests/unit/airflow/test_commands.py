"""`flowc compile` and `deploy` as a person types them."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from flowc.cli.group import run

Flowc = Callable[..., tuple[object, str, str]]
FLOW = """\
from flowc import FlowSpec, step


class Small(FlowSpec):
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "flowc.toml").write_text('airflow.max_map_length = 2048\n[env.prod]\nroot = "file:///prod"\n')
    (tmp_path / "small.py").write_text(FLOW)
    (tmp_path / "dags").mkdir()
    return tmp_path


@pytest.fixture
def flowc(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Flowc:
    """Run a command in the project; the answer is exit code, standard output, standard error."""
    monkeypatch.chdir(project)

    def call(*words: str) -> tuple[object, str, str]:
        with pytest.raises(SystemExit) as ended:
            run(list(words))
        return ended.value.code, *capsys.readouterr()

    return call


def test_compile_writes_and_says_what(project: Path, flowc: Flowc) -> None:
    code, said, _ = flowc("compile", "small.py", "--target", "airflow", "-o", "build")
    assert (code, said) == (0, "build/airflow/Small/Small.py\n")
    text = (project / "build/airflow/Small/Small.py").read_text()
    assert "Written by flowc" in text
    assert "small.py (sha256:" in text
    assert "Options: --target airflow --max-map-length 2048\n" in text
    assert str(project) not in text
    assert flowc("compile", "small.py", "--target", "airflow", "-o", "build", "--check")[:2] == (0, "")


def test_check_names_what_is_missing_and_stale(project: Path, flowc: Flowc) -> None:
    command = ("compile", "small.py", "--target", "airflow", "-o", "build", "--check")
    code, said, _ = flowc(*command)
    assert code == 1
    assert "missing: build/airflow/Small/Small.py" in said
    assert not (project / "build").exists()
    flowc(*command[:-1])
    (project / "small.py").write_text(FLOW.replace("def end", 'def end(self):\n        """Last."""\n\n    def helper'))
    code, said, _ = flowc(*command)
    assert code == 1
    assert "stale: build/airflow/Small/Small.py" in said
    assert '+    end = step("end", outlets=[Asset("x-flowc://flow/Small/finished")], doc_md="Last.")' in said


def test_an_error_writes_nothing(project: Path, flowc: Flowc) -> None:
    (project / "small.py").write_text(
        FLOW.replace("    @step\n", "    @kubernetes\n    @step\n", 1).replace("import FlowSpec", "import kubernetes, FlowSpec")
    )
    code, said, errors = flowc("compile", "small.py", "--target", "airflow", "-o", "build")
    assert (code, said) == (1, "")
    assert "FLC400" in errors
    assert "@kubernetes has no airflow lowering yet" in errors
    assert not (project / "build").exists()


def test_deploy_shows_the_diff_then_writes(project: Path, flowc: Flowc) -> None:
    root = f"file://{project}/store"
    command = ("deploy", "small.py", "--target", "airflow", "--dags-folder", "dags", "--root", root)
    code, said, _ = flowc(*command, "--dry-run")
    assert code == 0
    assert '+    dag_id="Small",' in said
    assert "would upload: sha256:" in said
    assert not list((project / "dags").iterdir())
    assert not (project / "store").exists()
    code, said, _ = flowc(*command)
    assert code == 0
    assert "created: dags/Small.py" in said
    assert len(list(project.glob("store/Small/pkg/*"))) == 1
    code, said, _ = flowc(*command)
    assert code == 0
    assert "unchanged: dags/Small.py" in said
    assert "replaced" not in said


def test_deploy_refuses_a_file_of_somebody_else(project: Path, flowc: Flowc) -> None:
    (project / "dags/Small.py").write_text("print('mine')\n")
    code, _, errors = flowc("deploy", "small.py", "--target", "airflow", "--dags-folder", "dags", "--root", f"file://{project}/store")
    assert code == 3
    assert "was not written by flowc" in errors
    assert not (project / "store").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--dags-folder", "dags"), "deploy needs the store"),
        (("--root", "file:///s"), "deploy needs the DAG folder"),
        (("--root", "file:///s", "--dags-folder", "nowhere"), "is not a folder"),
        (("--env", "test"), "no settings for environment 'test'"),
    ],
)
def test_deploy_says_what_it_needs(project: Path, flowc: Flowc, words: tuple[str, ...], said: str) -> None:
    code, _, errors = flowc("deploy", "small.py", "--target", "airflow", *words)
    assert code == 2
    assert said in errors


def test_settings_of_an_environment_stand_in_the_file(project: Path, flowc: Flowc) -> None:
    flowc("compile", "small.py", "--target", "airflow", "-o", "build", "--env", "prod", "--python", "/usr/my python/bin/python")
    text = (project / "build/airflow/Small/Small.py").read_text()
    assert '"FLOWC_ROOT": "file:///prod",' in text
    assert "PYTHON = \"'/usr/my python/bin/python'\"" in text


def test_compile_loads_no_engine_and_no_client(project: Path) -> None:
    script = (
        "import sys, json\nfrom flowc.cli.group import cli\n"
        "cli.main(['compile', 'small.py', '--target', 'airflow', '-o', 'build'], standalone_mode=False)\n"
        "heavy = ('hera', 'yaml', 'boto3', 'obstore', 'numpy', 'asyncio', 'airflow', 'rich')\n"
        "print(json.dumps([name for name in heavy if name in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=project, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == []


def test_deploy_says_what_comes_next(project: Path, flowc: Flowc) -> None:
    words = ("deploy", "small.py", "--target", "airflow", "--dags-folder", "dags", "--root", f"file://{project}/store")
    code, said, error = flowc(*words)
    assert (code, error) == (0, "")
    assert "the DAG Small starts paused. Unpausing it starts nothing: runs start by `flowc trigger`" in said
    assert "git" not in said
    code, said, error = flowc(*words)
    assert (code, error) == (0, "")
    assert "paused" not in said


def test_deploy_into_a_checkout_says_what_to_commit(project: Path, flowc: Flowc) -> None:
    (project / "a repo/.git").mkdir(parents=True)
    (project / "a repo/dags").mkdir()
    _, said, _ = flowc("deploy", "small.py", "--target", "airflow", "--dags-folder", "a repo/dags", "--root", f"file://{project}/store")
    assert f"git -C '{project}/a repo' add dags/Small.py && git -C '{project}/a repo' commit, then push" in said


def test_deploy_warns_where_two_schedulers_share_a_root(project: Path, flowc: Flowc) -> None:
    words = ("deploy", "small.py", "--target", "airflow", "--root", f"file://{project}/store")
    (project / "other").mkdir()
    assert "warning" not in flowc(*words, "--dags-folder", "dags")[2]
    assert "warning" not in flowc(*words, "--dags-folder", f"{project}/dags")[2], "the same place again"
    code, _, error = flowc(*words, "--dags-folder", "other")
    assert code == 0
    assert f"Small is also deployed to airflow {project}/dags with the root file://{project}/store" in error
    assert f"airflow {project}/other" in flowc(*words, "--dags-folder", "dags", "--dry-run")[2]
    (project / "flowc.toml").write_text('[env.prod]\nenvironment = "prod"\n')
    assert "warning" not in flowc(*words, "--dags-folder", "other", "--env", "prod")[2], "another name"


def test_deploy_knows_a_scheduler_by_its_address(project: Path, flowc: Flowc) -> None:
    """A checkout has another path on every machine."""
    words = ("deploy", "small.py", "--target", "airflow", "--root", f"file://{project}/store")
    (project / "flowc.toml").write_text('airflow.url = "https://airflow.example.org"\n')
    (project / "other").mkdir()
    assert "warning" not in flowc(*words, "--dags-folder", "dags")[2]
    assert "warning" not in flowc(*words, "--dags-folder", "other")[2]
