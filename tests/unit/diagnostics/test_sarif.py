"""SARIF: valid by the schema of the standard, fingerprints that stay when lines move, fixes as edits."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.diagnostic_pages import path_of, read_page
from support.schemas import violations

from flowc.api import check, compile_flows
from flowc.diagnostics import Code, Diagnostic, Severity
from flowc.diagnostics.codes import registry
from flowc.diagnostics.render import render
from flowc.source import Span

FLOW = """\
from flowc import FlowSpec, retry, step


class TrainFlow(FlowSpec):
    @retry(time=3)
    @step
    def start(self):
        self.next(self.train)

    @retry(time=3)
    @step
    def train(self):
        self.next(self.end)

    @step
    def end(self):
        pass
"""
MANY = [
    code
    for code in sorted(registry())
    if path_of(registry()[code]).exists() and code not in ("FLC402", "FLC466", "FLC468", "FLC507", "FLC508")
]


def log_of(path: Path) -> Any:
    result = check(path)
    return json.loads(render(result.diagnostics, result.sources, format="sarif"))


def results_of(log: Any) -> list[Any]:
    results: list[Any] = log["runs"][0]["results"]
    return results


@pytest.mark.parametrize("code", MANY)
def test_every_finding_of_the_pages_is_valid(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = read_page(path_of(registry()[code]).read_text(encoding="utf-8"))
    page.write_example(tmp_path)
    (tmp_path / "flowc.toml").touch()
    monkeypatch.chdir(tmp_path)
    words = page.command.split()
    path = Path(words[-1])
    result = compile_flows([path], [words[words.index("--target") + 1]]) if "--target" in words else check(path)
    log = json.loads(render(result.diagnostics, result.sources, format="sarif"))
    assert violations("sarif-2.1.0", log) == []
    assert code in {found["ruleId"] for found in results_of(log)}


def test_no_findings_are_a_log_too() -> None:
    assert violations("sarif-2.1.0", json.loads(render([], {}, format="sarif"))) == []


def test_any_path_and_text_is_valid() -> None:
    code = Code("FLC201", "computed-target", "x", Severity.ERROR)
    found = [
        Diagnostic(code=code, message="a\x00b \ud83d [link](x)", span=Span(file, 1, 1, 1, 1))
        for file in ("/abs/a b.py", "C:\\x\\y.py", "100%.py", "\udcff.py", "ö/#?.py")
    ]
    log = json.loads(render(found, {}, format="sarif"))
    assert violations("sarif-2.1.0", log) == []
    uris = [each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in results_of(log)]
    assert uris == ["file:///abs/a%20b.py", "C%3A/x/y.py", "100%25.py", "%FF.py", "%C3%B6/%23%3F.py"]


def test_fingerprints_stay_when_lines_move_and_tell_twins_apart(tmp_path: Path) -> None:
    (tmp_path / "flowc.toml").touch()
    path = tmp_path / "flow.py"
    path.write_text(FLOW)
    before = results_of(log_of(path))
    path.write_text(FLOW.replace("\n\nclass", "\nLIMIT = 3\n\n\nclass").replace("    @retry", "    # why\n    @retry"))
    after = results_of(log_of(path))
    marks = [each["partialFingerprints"] for each in before]
    assert [each["partialFingerprints"] for each in after] == marks
    assert marks[0] != marks[1]
    assert [each["locations"] for each in before] != [each["locations"] for each in after]
    path.write_text(FLOW.replace("time=3", "tims=3", 1))
    assert results_of(log_of(path))[0]["partialFingerprints"] not in marks


def test_fix_is_an_edit(tmp_path: Path) -> None:
    path = tmp_path / "flow.py"
    path.write_text(FLOW)
    [fix] = results_of(log_of(path))[0]["fixes"]
    [change] = fix["artifactChanges"]
    region = {"startLine": 5, "startColumn": 12, "endLine": 5, "endColumn": 16}
    assert change["replacements"] == [{"deletedRegion": region, "insertedContent": {"text": "times"}}]
