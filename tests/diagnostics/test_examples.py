"""Example flows beside those of the pages, `tests/data/diagnostics/CODE-words/`: their findings, in full. `make golden` writes them anew.

A folder may hold `targets.txt`, which names the targets that it is checked for as well. Every flow under `tests/data/clean/` is one
that a careless check would complain about.
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
CLEAN = sorted(path for path in DATA.with_name("clean").glob("*.py") if path.stem != "settings")


def check(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    """Return the exit code and output of `flowc check` on a copy of the example `name`."""
    shutil.copytree(DATA / name, folder, dirs_exist_ok=True)
    (folder / "flowc.toml").touch()
    monkeypatch.chdir(folder)
    targets = folder / "targets.txt"
    wanted = [f"--target={name}" for name in targets.read_text().split()] if targets.exists() else []
    exit_code = cli.main(["check", *wanted, *options, "flow.py"], standalone_mode=False)
    return exit_code, capsys.readouterr().out.replace(f"({PYTHON})", "(PYTHON)")


@pytest.mark.parametrize("name", EXAMPLES)
def test_example_is_rendered_as_recorded(
    name: str, tmp_path: Path, update_goldens: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    exit_code, text = check(name, tmp_path, monkeypatch, capsys)
    expected = DATA / name / "expected.txt"
    if update_goldens:
        expected.write_text(text, encoding="utf-8")
    code = name.partition("-")[0]
    assert f"[{code}]" in text or code == "many"
    assert exit_code == ("error[" in text)
    assert text == expected.read_text(encoding="utf-8"), "make golden, then read the difference"


@pytest.mark.parametrize("path", CLEAN, ids=lambda path: path.stem)
def test_clean_flow_stays_clean(path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(path.parent)
    exit_code = cli.main(["check", path.name], standalone_mode=False)
    assert (exit_code, capsys.readouterr().out) == (0, f"no errors in {path.name}\n")


def test_every_example_has_a_code() -> None:
    codes = {name.partition("-")[0] for name in EXAMPLES} - {"many"}
    assert codes <= set(registry())
