"""`flowc explain`: by id, by name, near misses, and without what a compile needs."""

import subprocess
import sys

import pytest

from flowc.cli.group import cli
from flowc.diagnostics.codes import COMPUTED_TARGET, registry
from flowc.diagnostics.pages import page
from flowc.errors import UsageError


@pytest.mark.parametrize("spelling", ["FLC201", "flc201", "computed-target", "[FLC201]"])
def test_page_is_found_by_id_and_by_name(spelling: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", spelling], standalone_mode=False) == 0
    assert capsys.readouterr().out == page(COMPUTED_TARGET)


@pytest.mark.parametrize(
    ("spelling", "help"),
    [
        ("FLC2O1", "did you mean FLC201, computed-target?"),
        ("201", "did you mean FLC201, computed-target?"),
        ("computed-targets", "did you mean FLC201, computed-target?"),
    ],
)
def test_near_miss_is_suggested(spelling: str, help: str) -> None:
    with pytest.raises(UsageError, match="there is no code") as caught:
        cli.main(["explain", spelling], standalone_mode=False)
    assert caught.value.help == help


def test_nothing_close_points_at_the_list() -> None:
    with pytest.raises(UsageError) as caught:
        cli.main(["explain", "zzz"], standalone_mode=False)
    assert caught.value.help == "`flowc explain` lists them all"


def test_list_has_every_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain"], standalone_mode=False) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(registry())
    assert "FLC200  error    no-transition" in " ".join(lines)


def test_explain_loads_neither_the_frontend_nor_libcst() -> None:
    code = (
        "import sys; sys.argv = ['flowc', 'explain', 'FLC201']\n"
        "from flowc.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split("\n")[-2].split())
    assert not loaded & {"libcst", "flowc.api", "flowc.frontend", "flowc.ir", "jinja2", "rich"}
