"""`flowc check` from outside: what it prints and exits with."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from flowc.cli.check_command import FORMATS
from flowc.cli.group import run
from flowc.diagnostics import render

Flowc = Callable[..., tuple[int, str, str]]

GOOD = dedent(
    """\
    from flowc import FlowSpec, step


    class GoodFlow(FlowSpec):
        @step
        def start(self):
            self.next(self.end)

        @step
        def end(self):
            pass
    """
)
BAD = GOOD.replace("GoodFlow", "BadFlow").replace("self.end)", "self.ende)")
WARNS = (
    GOOD.replace("GoodFlow", "WarnFlow")
    .replace("import FlowSpec", "import FlowSpec, card")
    .replace("    @step\n    def start", "    @card\n    @step\n    def start")
)

BASE = "from flowc import FlowSpec\n\n\nclass Base(FlowSpec):\n    pass\n"

ENDING = "from flowc import FlowSpec, step\n\n\nclass Ending(FlowSpec):\n    @step\n    def end(self):\n        print(self.x)\n"
DERIVED = (
    GOOD.replace("GoodFlow(FlowSpec)", "Derived(Ending)")
    .partition("    @step\n    def end")[0]
    .replace("FlowSpec, step\n", "step\nfrom ending import Ending\n")
    .replace("self.next", "self.x = 1\n        self.next")
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "flowc.toml").write_text("[env.prod]\npython = 'python3'\n")
    for name, text in {"good": GOOD, "bad": BAD, "warns": WARNS, "two": GOOD + "\n\n" + BAD.split("\n\n\n", 1)[1]}.items():
        (tmp_path / f"{name}.py").write_text(text)
    for name in (
        "flows/deep/good.py",
        "flows/warns.py",
        "flows/base.py",
        "flows/ending.py",
        "flows/derived.py",
        "flows/.hidden/bad.py",
        "empty/note.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(
            {"good": GOOD, "warns": WARNS, "bad": BAD, "base": BASE, "ending": ENDING, "derived": DERIVED}.get(Path(name).stem, "")
        )
    (tmp_path / "flows" / "deep" / "round").symlink_to(tmp_path / "flows")
    (tmp_path / "empty" / "loop.py").symlink_to("loop.py")
    return tmp_path


@pytest.fixture
def flowc(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Flowc:
    """Run `flowc check` in `folder`; return exit code, standard output and standard error."""
    monkeypatch.chdir(folder)

    def check(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            run(["check", *arguments])
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return check


@pytest.mark.parametrize(
    ("arguments", "code", "last"),
    [
        (["good.py"], 0, "no errors in good.py"),
        (["bad.py"], 1, "1 error in bad.py"),
        (["warns.py"], 0, "1 warning in warns.py"),
        (["two.py"], 1, "1 error in two.py"),
        (["two.py:GoodFlow"], 0, "no errors in two.py"),
        (["two.py:BadFlow"], 1, "1 error in two.py"),
        (["good.py", "bad.py", "warns.py"], 1, "1 error, 1 warning in 3 files"),
        (["bad.py", "bad.py"], 1, "1 error in bad.py"),
        (["missing.py"], 1, "1 error in missing.py"),
        (["."], 1, "3 errors, 2 warnings in ."),
        (["flows"], 0, "1 warning in flows"),
        (["flows", "good.py", "flows/warns.py"], 0, "1 warning in 3 files"),
        (["empty"], 1, "1 error in empty"),
        (["good.py", "--target", "airflow", "--env", "prod"], 0, "no errors in good.py"),
        (["bad.py", "--target", "airflow"], 1, "1 error in bad.py"),
    ],
)
def test_exit_code_and_summary(flowc: Flowc, arguments: list[str], code: int, last: str) -> None:
    exit_code, out, err = flowc(*arguments)
    assert (exit_code, out.splitlines()[-1], err) == (code, last, "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Missing argument"),
        (["good.py", "--format", "xml"], "'xml' is not one of"),
        (["good.py", "--target", "cron"], "unknown target 'cron'"),
        (["good.py", "--target", "airflow", "--env", "moon"], "no settings for environment 'moon'"),
        (["two.py:OtherFlow"], "has no flow called 'OtherFlow'"),
    ],
)
def test_wrong_usage_is_2(flowc: Flowc, arguments: list[str], said: str) -> None:
    exit_code, out, err = flowc(*arguments)
    assert (exit_code, out) == (2, "")
    assert said in err


def test_json_is_json_alone(flowc: Flowc) -> None:
    exit_code, out, _ = flowc("bad.py", "good.py", "--format", "json")
    [found] = json.loads(out)["diagnostics"]
    assert exit_code == 1
    assert (found["code"], found["file"], found["line"], found["column"]) == ("FLC230", "bad.py", 7, 24)
    assert flowc("good.py", "--format", "json")[:2] == (0, '{\n  "schema": 1,\n  "diagnostics": []\n}\n')


def test_github_has_no_summary(flowc: Flowc) -> None:
    _, out, _ = flowc("bad.py", "--format", "github")
    assert out.startswith("::error file=bad.py,line=7,col=24,endColumn=27,title=FLC230 unknown-target::")
    assert out.count("\n") == 1


def test_output_that_the_encoding_lacks_is_escaped(folder: Path) -> None:
    (folder / "odd.py").write_text(BAD.replace("ende", "größe"), encoding="utf-8")
    program = [sys.executable, "-m", "flowc", "check", "odd.py"]
    done = subprocess.run(program, cwd=folder, capture_output=True, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (1, b"")
    assert rb"self.gr\xf6\xdfe" in done.stdout


def on_a_terminal(folder: Path, **environment: str) -> str:
    """Return what `flowc check bad.py` prints to a terminal."""
    ours, theirs = pty.openpty()
    program = [sys.executable, "-m", "flowc", "check", "bad.py"]
    with subprocess.Popen(program, cwd=folder, stdout=theirs, env={**os.environ, "TERM": "xterm", **environment}):
        os.close(theirs)
        said = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:
                break
            if not part:
                break
            said += part
    os.close(ours)
    return said.decode()


def test_colour_on_a_terminal_only_and_not_against_the_wish(folder: Path, flowc: Flowc) -> None:
    assert "\x1b[" in on_a_terminal(folder, NO_COLOR="")
    assert "\x1b[" not in on_a_terminal(folder, NO_COLOR="1")
    assert "\x1b[" not in flowc("bad.py")[1]


def test_nothing_is_written_but_the_cache(folder: Path, flowc: Flowc) -> None:
    before = sorted(folder.rglob("*"))
    flowc("good.py", "bad.py", "--target", "airflow", "--no-cache")
    assert sorted(folder.rglob("*")) == before
    flowc("good.py", "bad.py", "--target", "airflow")
    assert sorted(path for path in folder.rglob("*") if ".flowc" not in path.parts) == before


def test_formats_are_those_of_the_renderers() -> None:
    assert FORMATS == render.FORMATS
