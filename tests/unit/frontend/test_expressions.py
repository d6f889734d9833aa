"""Each line of `tests/data/frontend/expressions/expressions.txt`: what an expression folds to, or why it does not."""

import shutil
from pathlib import Path

import pytest
from support.readings import value_text

from flowc.diagnostics.model import Report
from flowc.frontend import read_flows
from flowc.ir.values import Unknown

DATA = Path(__file__).parents[2] / "data" / "frontend" / "expressions"
LINES = [line.split(" => ") for line in DATA.joinpath("expressions.txt").read_text().split("\n") if line and not line.startswith("#")]


@pytest.mark.parametrize(("expression", "expected"), LINES, ids=[line[0] for line in LINES])
def test_expression_folds_as_recorded(expression: str, expected: str, tmp_path: Path) -> None:
    shutil.copytree(DATA, tmp_path, dirs_exist_ok=True)
    text = (DATA / "flow.py").read_text()
    assert text.count("EXPRESSION") == 2
    (tmp_path / "flow.py").write_text(text.replace("times=EXPRESSION", f"times={expression}"))
    report = Report()
    [flow] = read_flows(tmp_path / "flow.py", report, project_root=tmp_path).flows
    assert report.diagnostics == ()
    [decorator] = flow.steps[0].decorators
    found = decorator.value("times")
    text = f"? {found.why}" if isinstance(found, Unknown) else value_text(found)
    assert text.replace(tmp_path.as_posix() + "/", "") == expected
