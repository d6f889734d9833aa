"""What the command line says and exits with, whatever happens in a command."""

import os
import subprocess
import sys
from collections.abc import Callable
from types import ModuleType

import click
import pytest

from flowc import cli
from flowc.cli.group import run
from flowc.errors import EngineError, FlowcError, UsageError

Outcome = tuple[int, str, str]


@pytest.fixture
def outcome(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[Callable[[], object]], Outcome]:
    """Run a command whose body is the given function; return exit code, standard output and standard error."""

    def run_body(body: Callable[[], object]) -> Outcome:
        module = ModuleType("flowc.cli.probe_command")
        module.command = click.Command("probe", callback=body)  # type: ignore[attr-defined]
        monkeypatch.setitem(cli.COMMANDS, "probe", "Only here.")
        monkeypatch.setitem(sys.modules, module.__name__, module)
        with pytest.raises(SystemExit) as ended:
            run(["probe"])
        told = capsys.readouterr()
        return int(ended.value.code or 0), told.out, told.err

    return run_body


def raises(error: BaseException) -> Callable[[], object]:
    def body() -> object:
        raise error

    return body


def test_a_command_returns_its_exit_code(outcome: Callable[[Callable[[], object]], Outcome]) -> None:
    assert outcome(lambda: 1) == (1, "", "")
    assert outcome(lambda: None) == (0, "", "")


@pytest.mark.parametrize(
    ("error", "code"),
    [(FlowcError("no", help="do this"), 1), (UsageError("no", help="do this"), 2), (EngineError("no", help="do this"), 3)],
)
def test_errors_of_the_caller(error: FlowcError, code: int, outcome: Callable[[Callable[[], object]], Outcome]) -> None:
    assert outcome(raises(error)) == (code, "", "flowc: error: no\n  help: do this\n")


@pytest.mark.parametrize("error", [RuntimeError("broken"), RecursionError("too deep"), MemoryError("full")])
def test_a_bug_of_ours_says_so_and_shows_no_traceback(error: Exception, outcome: Callable[[Callable[[], object]], Outcome]) -> None:
    code, out, err = outcome(raises(error))
    assert (code, out) == (70, "")
    assert "this is a bug in flowc, not in your flow" in err
    assert str(error) in err
    assert "Traceback" not in err


def test_a_bug_of_ours_shows_its_traceback_on_request(
    outcome: Callable[[Callable[[], object]], Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLOWC_DEBUG", "1")
    code, _, err = outcome(raises(RuntimeError("broken")))
    assert code == 70
    assert "Traceback (most recent call last)" in err


def test_ctrl_c_is_no_bug(outcome: Callable[[Callable[[], object]], Outcome]) -> None:
    code, _, err = outcome(raises(KeyboardInterrupt()))
    assert code == 130
    assert err.strip() == "flowc: stopped"


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", [["check", "--help"], ["check", "missing.py", "--format", "json"], ["--help"]])
def test_a_reader_that_leaves_is_no_error_message(arguments: list[str], unbuffered: str) -> None:
    program = [sys.executable, "-m", "flowc", *arguments]
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(program, stdout=writer, stderr=subprocess.PIPE, text=True, env=environment)
    os.close(writer)
    assert done.stderr == ""
    assert done.returncode == 1
