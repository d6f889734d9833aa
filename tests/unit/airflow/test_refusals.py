"""What the Airflow target refuses, and where: before a byte is written, with a place, a reason and a way out."""

from dataclasses import replace
from pathlib import Path

import pytest
from support.airflow_units import tree_of
from support.notation import parse_graph

from flowc import api
from flowc.backends.airflow import BACKEND
from flowc.backends.airflow.capabilities import CAPABILITIES
from flowc.backends.airflow.options import AirflowOptions
from flowc.backends.capabilities import Stance, check_capabilities
from flowc.backends.constructs import Construct
from flowc.diagnostics import Diagnostic, Report, Severity
from flowc.errors import UsageError
from flowc.ir.plan import build_plan

SOURCE = """\
import os
from flowc import *

{before}
class Sample(FlowSpec):
    {members}

    {start}
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
"""


def compiled(tmp_path: Path, **parts: str) -> api.CompileResult:
    blank = {"before": "", "members": "", "start": ""}
    (tmp_path / "flow.py").write_text(SOURCE.format(**(blank | parts)))
    return api.compile_flows([tmp_path / "flow.py"], ["airflow"], project_root=tmp_path)


def errors(result: api.CompileResult) -> list[Diagnostic]:
    return [found for found in result.diagnostics if found.severity is Severity.ERROR]


def test_every_construct_has_a_row() -> None:
    assert set(CAPABILITIES) == set(Construct)


@pytest.mark.parametrize("construct", Construct)
def test_a_refusal_says_what_is_missing_and_what_to_do(construct: Construct) -> None:
    row = CAPABILITIES[construct]
    assert row.text
    if not row.compiles:
        assert row.instead
    if row.stance is Stance.NEVER:
        assert row.link


@pytest.mark.parametrize(
    ("part", "text", "construct"),
    [
        ("start", "@kubernetes(cpu=1)", "@kubernetes"),
        ("start", "@batch(cpu=1)", "@batch"),
        ("start", '@conda(libraries={"numpy": "2.0"})', "@conda"),
        ("start", '@pypi(packages={"numpy": "2.0"})', "@pypi"),
        ("start", '@secrets(sources=["a"])', "@secrets"),
        ("before", '@conda_base(python="3.11")', "@conda_base"),
        ("before", '@pypi_base(python="3.11")', "@pypi_base"),
    ],
)
def test_refused_decorators(tmp_path: Path, part: str, text: str, construct: str) -> None:
    result = compiled(tmp_path, **{part: text})
    [found] = errors(result)
    assert found.message == f"{construct} has no airflow lowering yet"
    assert found.help
    assert result.manifests == ()
    line = (tmp_path / "flow.py").read_text().splitlines()[found.span.line - 1]
    assert text.split("(")[0] in line


def test_a_gang_is_refused_with_its_reason() -> None:
    report = Report()
    check_capabilities(tree_of(parse_graph("f>%m m>j j!>end")), BACKEND, report)
    [found] = [found for found in report.diagnostics if found.severity is Severity.ERROR]
    assert found.message == "airflow cannot run gang of parallel processes so far"
    assert "JobSet" in found.notes[0]


@pytest.mark.parametrize(
    ("flow", "warned"),
    [
        ("h>x|end x>h", []),
        ("p>a,b a>j b>j j!>p|end", ["split in a loop has no full effect on airflow"]),
        ("h>*x x>j j!>h|end", ["foreach in a loop has no full effect on airflow"]),
        (
            "h>*x x>a,b a>m b>m m!>j j!>h|end",
            ["foreach in a loop has no full effect on airflow", "split in a loop has no full effect on airflow"],
        ),
    ],
)
def test_what_runs_in_turn_in_a_loop_is_said(flow: str, warned: list[str]) -> None:
    tree, report = tree_of(parse_graph(flow)), Report()
    BACKEND.check(tree, build_plan(tree), AirflowOptions(), report)
    assert [found.message for found in report.diagnostics] == warned
    assert all(found.severity is Severity.WARNING for found in report.diagnostics)


def test_a_very_wide_split_is_warned_about() -> None:
    for width, warned in ((1000, []), (1001, ["split into 1001 branches has no full effect on airflow"])):
        branches = [f"b{place}" for place in range(width)]
        tree = tree_of(parse_graph("a>" + ",".join(branches) + " " + " ".join(f"{branch}>j" for branch in branches) + " j!>end"))
        report = Report()
        BACKEND.check(tree, build_plan(tree), AirflowOptions(), report)
        assert [found.message for found in report.diagnostics] == warned


def test_what_has_no_effect_is_said(tmp_path: Path) -> None:
    result = compiled(tmp_path, start="@resources(cpu=2)")
    assert result.ok
    assert [found.message for found in result.diagnostics] == ["@resources has no full effect on airflow"]
    assert len(result.manifests) == 1


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (
            {"start": "@retry(times=int(os.environ['N']))"},
            "an argument of @retry is known at run time only, and airflow needs it to compile",
        ),
        (
            {"start": "@timeout(seconds=len(os.environ))"},
            "an argument of @timeout is known at run time only, and airflow needs it to compile",
        ),
        ({"start": '@environment(vars={"FLOWC_RUN": "x"})'}, "environment variable 'FLOWC_RUN' is not the flow's to set"),
        ({"start": '@environment(vars={"A": "x\\0"})'}, "environment variable 'A' cannot hold this value"),
        ({"start": '@environment(vars={"A": "x" * 131072})'}, "environment variable 'A' cannot hold this value"),
        ({"start": '@environment(vars={"A": "\\ud800"})'}, "environment variable 'A' holds half of a surrogate pair"),
        (
            {"members": 'p = Parameter("p", default="x" * 131072)'},
            "defaults of all parameters take 131081 bytes as JSON on airflow; the limit is 131072",
        ),
        ({"members": 'p = Parameter("p", default="\\udfff")'}, "default of parameter 'p' holds half of a surrogate pair"),
        ({"members": 'p = Parameter("p", default=1e999)'}, "default of parameter 'p' is no JSON value"),
        ({"members": 'p = Parameter("p", type=JSONType, default={1: 2})'}, "default of parameter 'p' is no JSON value"),
    ],
    ids=lambda value: next(iter(value.values()))[:40] if isinstance(value, dict) else "",
)
def test_values_that_cannot_travel(tmp_path: Path, parts: dict[str, str], message: str) -> None:
    assert message in [found.message for found in errors(compiled(tmp_path, **parts))]


def test_names_that_are_too_long() -> None:
    graph = replace(parse_graph(f"start>{'s' * 242} {'s' * 242}>end"), name="F" * 251)
    tree, report = tree_of(graph), Report()
    BACKEND.check(tree, build_plan(tree), AirflowOptions(), report)
    assert [found.message.split("…")[1] for found in report.diagnostics] == [
        " is 251 characters on airflow; the limit is 250",
        " is 242 characters on airflow; the limit is 241",
    ]


def test_errors_of_the_language_come_first(tmp_path: Path) -> None:
    result = compiled(tmp_path, start="@retry(tmes=3)")
    assert errors(result)
    assert result.manifests == ()


def test_unknown_target(tmp_path: Path) -> None:
    (tmp_path / "flow.py").write_text(SOURCE.format(before="", members="", start=""))
    with pytest.raises(UsageError, match="unknown target 'cron'"):
        api.compile_flows([tmp_path / "flow.py"], ["cron"], project_root=tmp_path)
