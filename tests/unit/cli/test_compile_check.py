"""`flowc compile --check` in a project that the test makes: clean, stale, missing, orphaned."""

from pathlib import Path

import pytest

from flowc.cli.group import cli

FLOW = """\
from flowc import FlowSpec, step


class {name}(FlowSpec):
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
"""
COMMAND = ("compile", "--target", "airflow", "-o", "build")


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Two flows, compiled."""
    (tmp_path / "flowc.toml").touch()
    monkeypatch.chdir(tmp_path)
    Path("flows").mkdir()
    for name in ("Load", "Train"):
        Path(f"flows/{name.lower()}.py").write_text(FLOW.format(name=name))
    assert cli.main([*COMMAND, "flows/load.py", "flows/train.py"], standalone_mode=False) == 0
    capsys.readouterr()


def check(capsys: pytest.CaptureFixture[str], *flows: str) -> tuple[int, list[str]]:
    code: int = cli.main([*COMMAND, "--check", *flows], standalone_mode=False)
    return code, capsys.readouterr().out.splitlines()


BOTH = ("flows/load.py", "flows/train.py")


def test_clean(capsys: pytest.CaptureFixture[str]) -> None:
    assert check(capsys, *BOTH) == (0, [])


def test_stale_is_named_with_its_difference(capsys: pytest.CaptureFixture[str]) -> None:
    Path("flows/train.py").write_text(
        FLOW.format(name="Train").replace("self.end", "self.mid", 1) + "\n    @step\n    def mid(self):\n        self.next(self.end)\n"
    )
    code, lines = check(capsys, *BOTH)
    assert code == 1
    assert lines[0] == "stale: build/airflow/Train/Train.py"
    assert any(line.startswith("+") and '"mid"' in line for line in lines)
    assert lines[-1] == "1 of 2 files differ: run the same command without --check"


def test_missing_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    Path("build/airflow/Load/Load.py").unlink()
    assert check(capsys, *BOTH) == (
        1,
        ["missing: build/airflow/Load/Load.py", "1 of 2 files differ: run the same command without --check"],
    )


ORPHANED = [
    "orphaned: build/airflow/Train/Train.py",
    "1 orphaned file, which no flow makes: remove what is not needed",
]


def test_file_of_a_flow_file_that_is_gone_is_orphaned(capsys: pytest.CaptureFixture[str]) -> None:
    Path("flows/train.py").unlink()
    assert check(capsys, "flows/load.py") == (1, ORPHANED)


def test_file_of_a_flow_that_was_renamed_is_orphaned(capsys: pytest.CaptureFixture[str]) -> None:
    Path("flows/train.py").write_text(FLOW.format(name="Fit"))
    code, lines = check(capsys, *BOTH)
    assert (code, lines[0], lines[-2:]) == (1, "missing: build/airflow/Fit/Fit.py", ORPHANED)


def test_files_that_another_flow_file_makes_are_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert check(capsys, "flows/load.py") == (0, [])


def test_other_flows_of_a_file_of_which_one_is_named_are_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    Path("flows/train.py").write_text(FLOW.format(name="Fit"))
    assert cli.main([*COMMAND, "flows/train.py"], standalone_mode=False) == 0
    capsys.readouterr()
    assert check(capsys, "flows/train.py:Fit") == (0, [])


def test_files_of_others_are_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    Path("build/airflow/notes.md").write_text("Written by hand.\n")
    Path("build/airflow/Load/data.bin").write_bytes(bytes(range(256)))
    Path("build/argo").mkdir()
    text = Path("build/airflow/Train/Train.py").read_text().replace("flows/train.py", "flows/gone.py")
    Path("build/argo/old.py").write_text(text)
    assert check(capsys, *BOTH) == (0, [])


def test_state_machine_of_a_flow_that_is_gone_is_orphaned(capsys: pytest.CaptureFixture[str]) -> None:
    queue = 'root = "s3://flows/prod"\nimage = "registry.example/flows:1"\nstepfunctions.job_queue = "flows"\n'
    Path("flowc.toml").write_text(queue)
    command = ["compile", "--target", "stepfunctions", "-o", "build"]
    assert cli.main([*command, *BOTH], standalone_mode=False) == 0
    Path("flows/train.py").unlink()
    capsys.readouterr()
    assert cli.main([*command, "--check", "flows/load.py"], standalone_mode=False) == 1
    assert capsys.readouterr().out.splitlines()[0] == "orphaned: build/stepfunctions/Train/state-machine.asl.json"
