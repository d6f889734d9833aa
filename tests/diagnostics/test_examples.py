"""One example flow per code under `tests/data/diagnostics/CODE/`: its findings, in full. `make golden` writes them anew.

A folder may hold `targets.txt`, which names the targets that it is checked for as well.
"""

import shutil
import sys
from pathlib import Path

import pytest

from flowc.cli.group import cli
from flowc.diagnostics.codes import registry

DATA = Path(__file__).parents[1] / "data" / "diagnostics"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
EXAMPLES = sorted(folder.name for folder in DATA.iterdir() if folder.is_dir())
ELSEWHERE = ("FLC4", "FLC5", "FLC6")
"""Targets, code packages and runs have tests of their own; an example here is welcome."""


def check(code: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    """Return the exit code and output of `flowc check` on a copy of the example of `code`."""
    shutil.copytree(DATA / code, folder, dirs_exist_ok=True)
    (folder / "flowc.toml").touch()
    monkeypatch.chdir(folder)
    targets = folder / "targets.txt"
    wanted = [f"--target={name}" for name in targets.read_text().split()] if targets.exists() else []
    exit_code = cli.main(["check", *wanted, *options, "flow.py"], standalone_mode=False)
    return exit_code, capsys.readouterr().out.replace(f"({PYTHON})", "(PYTHON)")


@pytest.mark.parametrize("code", EXAMPLES)
def test_example_is_rendered_as_recorded(
    code: str, tmp_path: Path, update_goldens: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    exit_code, text = check(code, tmp_path, monkeypatch, capsys)
    expected = DATA / code / "expected.txt"
    if update_goldens:
        expected.write_text(text, encoding="utf-8")
    assert f"[{code}]" in text
    assert exit_code == (" error" in text.splitlines()[-1])
    assert text == expected.read_text(encoding="utf-8"), "make golden, then read the difference"


def test_every_code_has_an_example() -> None:
    wanted = [code for code in registry() if not code.startswith(ELSEWHERE)]
    assert [code for code in wanted if code not in EXAMPLES] == []


def test_every_example_has_a_code() -> None:
    assert [code for code in EXAMPLES if code not in registry()] == []
