"""The page of every code: its example is checked here, and so is what it says to write instead. `make docs-fix` writes renderings anew."""

import sys
from pathlib import Path

import pytest
from support.diagnostic_pages import SECTIONS, head, path_of, read_page

from flowc.cli.group import cli
from flowc.diagnostics.codes import registry
from flowc.diagnostics.pages import FOLDER

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
CODES = registry()
WITHOUT_EXAMPLE = {"FLC402", "FLC466", "FLC468"}
"""No target refuses anything for ever so far; a state machine that is too large, or whose turns are too long, fills pages."""
PAGES = sorted(path.stem for path in FOLDER.glob("FLC*.md"))


def check(command: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Return exit code and output of a `flowc check …` in `folder`."""
    (folder / "flowc.toml").touch()
    monkeypatch.chdir(folder)
    program, *arguments = command.split()
    assert program == "flowc"
    exit_code = cli.main(arguments, standalone_mode=False)
    return exit_code, capsys.readouterr().out.replace(f"({PYTHON})", "(PYTHON)")


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert list(CODES) == PAGES


@pytest.mark.parametrize("code", PAGES)
def test_page_says_what_its_example_prints(
    code: str, tmp_path: Path, update_goldens: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = path_of(CODES[code])
    page = read_page(path.read_text(encoding="utf-8"))
    assert tuple(page.sections) == SECTIONS
    assert all(section.strip() for section in page.sections.values())
    if code in WITHOUT_EXAMPLE:
        assert page.text.startswith(head(CODES[code]))
        return
    page.write_example(tmp_path)
    exit_code, output = check(page.command, tmp_path, monkeypatch, capsys)
    fresh = page.with_rendering(CODES[code], output)
    if update_goldens:
        path.write_text(fresh, encoding="utf-8")
    assert f"{CODES[code].severity.value}[{code}]: " in output
    assert exit_code == ("error[" in output)
    assert fresh == path.read_text(encoding="utf-8"), "make docs-fix, then read the difference"


@pytest.mark.parametrize("code", [code for code in PAGES if code not in WITHOUT_EXAMPLE])
def test_what_the_page_says_to_write_is_clean(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = read_page(path_of(CODES[code]).read_text(encoding="utf-8"))
    if not page.instead:
        assert code in ("FLC001", "FLC007", "FLC018")
        return
    page.write_instead(tmp_path)
    assert check(page.command, tmp_path, monkeypatch, capsys) == (0, "no errors in flow.py\n")
