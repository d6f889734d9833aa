"""`flowc targets`: the tables of all targets, the page made of them, and the report on one flow."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from support.flows import REPO

from flowc.backends.constructs import Construct
from flowc.backends.evidence import seen_on
from flowc.backends.registry import TARGETS, load_backend
from flowc.cli.group import run
from flowc.cli.target_tables import tables_markdown

PAGE = REPO / "docs/targets.md"
HEAD = """\
# What each target does

Written by `make docs-fix` from the capability tables and from what the conformance suites saw. *native*: the engine has it. *lowered*: the
engine has no such thing, and what is emitted means the same. *notimpl*: possible there, and not done. *notyet*: the engine lacks what it
takes. *never*: it cannot be.

*runs* names the engines on which a flow with it ran, with the tasks, artifacts and verdict of a local run; *lints* those that took its
files without running them; *emits*: no engine has seen it yet. `flowc targets FLOW` says it of one flow, with places and ways out.

"""
FLOW = """\
from flowc import FlowSpec, Parameter, batch, step


class Wide(FlowSpec):
    alpha = Parameter("alpha", default=0.1)

    @step
    def start(self):
        self.items = [1, 2]
        self.next(self.work, foreach="items")

    @batch
    @step
    def work(self):
        self.next(self.join)

    @step
    def join(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        pass
"""

Flowc = Callable[..., tuple[int, str]]


@pytest.fixture
def flowc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Flowc:
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            run(list(arguments))
        return int(left.value.code or 0), capsys.readouterr().out

    return call


def test_the_page_is_what_the_tables_say(update_goldens: bool) -> None:
    text = HEAD + tables_markdown().rstrip("\n") + "\n"
    if update_goldens:
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text, "make docs-fix writes it"


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_takes_a_stance_on_every_construct(target: str) -> None:
    for form in load_backend(target).forms.values():
        assert set(form.capabilities) == set(Construct)


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_is_said_to_run_that_does_not_compile(target: str) -> None:
    able = {construct for form in load_backend(target).forms.values() for construct, row in form.capabilities.items() if row.compiles}
    assert {construct for construct, seen in seen_on(target).items() if seen.runs} <= able


def test_a_table_for_each_target(flowc: Flowc) -> None:
    code, said = flowc("targets")
    assert code == 0
    assert set(TARGETS) <= set(said.splitlines())
    tables = json.loads(flowc("targets", "--format", "json")[1])["targets"]
    assert set(TARGETS) <= set(tables)
    assert tables["airflow"]["static split"]["stance"] == "native"


def test_a_report_says_how_why_where_and_what_instead(tmp_path: Path, flowc: Flowc) -> None:
    (tmp_path / "wide.py").write_text(FLOW)
    code, said = flowc("targets", "wide.py")
    assert code == 0
    airflow = said[said.index("airflow: ") :].split("\nargo: ")[0]
    assert airflow.startswith("airflow: does not compile\n  refused  @batch: an operator for AWS Batch")
    assert '\n           step "work", wide.py:12:6\n           instead: remove @batch to run the step on the worker' in airflow
    assert "\n  lowered  foreach: planner task" in airflow
    assert "wide.py:12:6: error[FLC400]" in airflow


def test_a_report_says_how_far_a_flow_may_grow(tmp_path: Path, flowc: Flowc) -> None:
    (tmp_path / "wide.py").write_text(FLOW.replace("    @batch\n", "").replace("batch, ", ""))
    report = next(each for each in json.loads(flowc("targets", "wide.py", "--format", "json")[1])["targets"] if each["target"] == "airflow")
    assert report["compiles"]
    assert [(bound["what"], bound["line"], bound["limit"]) for bound in report["bounds"]] == [
        ('foreach of step "start"', 10, None),
        ("parameters", 5, 128 * 1024),
    ]
    text = flowc("targets", "wide.py", "--set", "airflow.max_map_length=7")[1]
    assert 'limit    foreach of step "start": items without a limit; up to 7 have a task each' in text
    assert "| foreach | lowered |" in flowc("targets", "wide.py", "--format", "markdown")[1]
