"""`flowc check --fix`: what it mends, and that every other byte of the file stays."""

import codecs
import os
import stat
from pathlib import Path

import pytest

from flowc.cli.group import cli

FLOW = """\
from flowc import FlowSpec, Parameter, resources, retry, step, timeout


class TrainFlow(FlowSpec):
    rounds = Parameter("rounds", defualt=3)  # größer

    @retry(time = 3)
    @timeout(minuts=5)
    @resources(cpu=2)
    @resources( cpu=2 )
    @step
    def start(self):
        self.items = [1, 2]
        self.next(self.work, forach="items")

    @step
    def work(self):
        self.next(self.join)  # flowc: ignore[FLC311]

    @step
    def join(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        pass
"""
FIXED = (
    FLOW.replace("defualt", "default")
    .replace("time = 3", "times = 3")
    .replace("minuts", "minutes")
    .replace("    @resources( cpu=2 )\n", "")
    .replace("forach", "foreach")
    .replace("  # flowc: ignore[FLC311]", "")
)


def run(*arguments: str) -> int:
    code: int = cli.main(["check", *arguments], standalone_mode=False)
    return code


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "flowc.toml").touch()
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("encode", "name"),
    [
        (lambda text: text.encode(), "plain"),
        (lambda text: text.replace("\n", "\r\n").encode(), "crlf"),
        (lambda text: codecs.BOM_UTF8 + text.encode(), "bom"),
        (lambda text: f"# -*- coding: latin-1 -*-\n{text}".encode("latin-1"), "latin-1"),
        (lambda text: text.rstrip("\n").encode(), "no line end"),
        (lambda text: text.replace("\n", "\r").encode(), "lone carriage returns"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_safe_fixes_are_written_and_the_rest_stays(encode: object, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert callable(encode)
    Path("flow.py").write_bytes(encode(FLOW))
    assert run("--fix", "flow.py") == 0
    assert Path("flow.py").read_bytes() == encode(FIXED)
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("no errors in flow.py\n", "flowc: fixed 6 findings in flow.py\n")


def test_nothing_to_fix_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    path = Path("flow.py")
    path.write_text(FIXED, encoding="utf-8")
    before = path.stat()
    assert run("--fix", "flow.py") == 0
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert capsys.readouterr().err == ""


def test_without_fix_the_file_is_only_read() -> None:
    Path("flow.py").write_text(FLOW, encoding="utf-8")
    assert run("flow.py") == 1
    assert Path("flow.py").read_text(encoding="utf-8") == FLOW


def test_guesses_are_shown_and_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    text = FIXED.replace("self.next(self.end)", "self.next(self.ende)").replace("times = 3", "minutes = 3")
    Path("flow.py").write_text(text, encoding="utf-8")
    assert run("--fix", "flow.py") == 1
    assert Path("flow.py").read_text(encoding="utf-8") == text
    out = capsys.readouterr().out
    assert "= fix: write end" in out
    assert "= fix: write minutes_between_retries" in out


@pytest.mark.parametrize(
    "line",
    [
        '    @retry(**{"time": 3})',
        "    @retry(times=1, time=3)",
        "    @retry(times=1)\n    @retry(times=2)",
        "    @retry(times=1)\n    @retry(times=1)  # twice on purpose",
    ],
)
def test_what_is_not_plain_is_left_alone(line: str) -> None:
    text = FIXED.replace("    @retry(times = 3)", line)
    Path("flow.py").write_text(text, encoding="utf-8")
    assert run("--fix", "flow.py") == 1
    assert Path("flow.py").read_text(encoding="utf-8") == text


def test_links_and_permissions_stay() -> None:
    real = Path("real.py")
    real.write_text(FLOW, encoding="utf-8")
    real.chmod(0o640)
    os.symlink("real.py", "flow.py")
    assert run("--fix", "flow.py") == 0
    assert Path("flow.py").is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert real.read_text(encoding="utf-8") == FIXED
    assert sorted(path.name for path in Path().iterdir() if path.name != ".flowc") == ["flow.py", "flowc.toml", "real.py"]


def test_another_file_is_not_touched() -> None:
    Path("base.py").write_text(FLOW.replace("TrainFlow", "BaseFlow"), encoding="utf-8")
    Path("flow.py").write_text("from base import BaseFlow\n\n\nclass TrainFlow(BaseFlow):\n    pass\n")
    assert run("--fix", "flow.py") == 1
    assert Path("base.py").read_text(encoding="utf-8") == FLOW.replace("TrainFlow", "BaseFlow")
