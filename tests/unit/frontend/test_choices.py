"""`type=click.Choice([…])`: read from the source, checked at every door that a value may come in by."""

from pathlib import Path

import pytest

from flowc import api
from flowc.runtime_shim.exceptions import MetaflowException
from flowc.runtime_shim.parameters import Choice, Parameter, parameter_values

SOURCE = """\
from flowc import *
{head}


class Sample(FlowSpec):
    mode = Parameter("mode", type={type}, default={default})

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
"""
REAL, VENDORED = "import click", "from metaflow._vendor import click"


def checked(folder: Path, head: str, type: str, default: str) -> tuple[api.CheckResult, tuple[str, ...]]:
    (folder / "flow.py").write_text(SOURCE.format(head=head, type=type, default=default))
    result = api.check(folder / "flow.py", project_root=folder)
    return result, result.flow.graph.parameters[0].choices


@pytest.mark.parametrize(
    ("head", "type"),
    [
        (REAL, 'click.Choice(["a", "b"])'),
        (VENDORED, "click.Choice(('a', 'b'))"),
        ("from click import Choice as Of", 'Of(choices=["a", "b"])'),
        (f'{REAL}\nMODES = ["a", "b"]', "click.Choice(MODES, case_sensitive=True)"),
    ],
)
def test_choices_are_read(tmp_path: Path, head: str, type: str) -> None:
    result, choices = checked(tmp_path, head, type, "'a'")
    assert (result.ok, choices) == (True, ("a", "b"))


@pytest.mark.parametrize(
    ("type", "default", "code"),
    [
        ("click.Choice(['a', 'b'])", "'c'", "FLC159"),
        ("click.Choice(open('modes').read().split())", "'a'", "FLC104"),
        ("click.Choice([1, 2])", "1", "FLC104"),
        ("click.Choice()", "'a'", "FLC104"),
        ("click.File()", "'a'", "FLC101"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, type: str, default: str, code: str) -> None:
    result, _ = checked(tmp_path, REAL, type, default)
    assert code in [found.code.id for found in result.diagnostics]


class Holder:
    mode = Parameter("mode", type=Choice(["a", "b"]), default="a")


@pytest.mark.parametrize(("given", "expected"), [({}, "a"), ({"mode": "b"}, "b"), ({"mode": None}, "a")])
def test_the_step_takes_a_choice(given: dict[str, str], expected: str) -> None:
    assert parameter_values(Holder, given) == {"mode": expected}


@pytest.mark.parametrize("given", ["c", "A", "", 1, ["a"]])
def test_the_step_refuses_anything_else(given: object) -> None:
    with pytest.raises(MetaflowException, match="parameter 'mode'"):
        parameter_values(Holder, {"mode": given})
