"""`flowc --help` answers at once, and says what click would say."""

import subprocess
import sys

import click
from click.testing import CliRunner

from flowc.cli import overview
from flowc.cli.group import cli

HEAVY = ("click", "libcst", "hera", "jinja2", "yaml", "boto3", "obstore", "pydantic", "numpy", "asyncio", "rich")


def modules_after(*arguments: str) -> set[str]:
    code = (
        f"import sys; sys.argv = ['flowc', *{arguments!r}]\n"
        "from flowc.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split("\n")[-2].split())


def test_help_is_what_click_writes() -> None:
    shown = CliRunner().invoke(cli, ["--help"], prog_name="flowc", terminal_width=200)
    assert shown.output.rstrip("\n") == overview()


def test_every_line_of_help_fits_a_terminal() -> None:
    assert max(map(len, overview().split("\n"))) <= 80


def test_help_imports_nothing_heavy() -> None:
    assert not modules_after("--help") & set(HEAVY)


def test_import_flowc_imports_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", "import flowc, sys; print(*sys.modules)"], capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & {*HEAVY, "typing", "dataclasses", "inspect"}


def test_unknown_command_is_wrong_usage() -> None:
    shown = CliRunner().invoke(cli, ["compil"])
    assert shown.exit_code == click.UsageError.exit_code
    assert "compil" in shown.output
