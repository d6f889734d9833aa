"""`flowc diff`: every kind of change, its risk, the formats; files are written by `flowc compile` itself."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.flows import REPO

from flowc.backends.airflow.meaning import read_facts
from flowc.backends.meaning import compare, is_pinned, quantity
from flowc.cli.group import cli
from flowc.diagnostics import Report
from flowc.errors import UsageError
from flowc.frontend import read_flows

POD = """\
from flowc import FlowSpec, Parameter, environment, kubernetes, retry, schedule, step, timeout


@schedule(cron="0 6 * * *")
class TrainFlow(FlowSpec):
    alpha = Parameter("alpha", default=0.1)

    @retry(times=2)
    @kubernetes(image="python:3.11", memory=2048, secrets=["db"])
    @environment(vars={"MODE": "fast"})
    @step
    def start(self):
        self.next(self.train)

    @timeout(minutes=3)
    @step
    def train(self):
        self.next(self.end)

    @step
    def end(self):
        pass
"""
CASES = {
    "step removed": ("self.next(self.train)", "self.next(self.end)", [("high", "step-removed", "train")]),
    "schedule changed": ("0 6 *", "0 7 *", [("medium", "schedule-changed", "flow")]),
    "schedule removed": ('@schedule(cron="0 6 * * *")\n', "", [("medium", "schedule-removed", "flow")]),
    "retry removed": ("    @retry(times=2)\n", "", [("medium", "retry-removed", "start")]),
    "retries lowered": ("times=2", "times=1", [("medium", "retries-lowered", "start")]),
    "retries raised": ("times=2", "times=3", [("low", "retries-raised", "start")]),
    "image changed": ("python:3.11", "python:3.12", [("medium", "image-changed", "start")]),
    "image unpinned": ("python:3.11", "python", [("high", "image-unpinned", "start")]),
    "env changed": ('"fast"', '"slow"', [("medium", "env-changed", "start: MODE")]),
    "env removed": ('{"MODE": "fast"}', "{}", [("medium", "env-removed", "start: MODE")]),
    "env added": ('{"MODE": "fast"}', '{"MODE": "fast", "X": "1"}', [("low", "env-added", "start: X")]),
    "secret added": ('["db"]', '["admin", "db"]', [("high", "permission-widened", "start")]),
    "secret removed": (', secrets=["db"]', "", [("medium", "permission-removed", "start")]),
    "memory lowered": ("memory=2048", "memory=1024", [("medium", "resources-lowered", "start: resources.requests.memory")]),
    "memory raised": ("memory=2048", "memory=10240", [("low", "resources-raised", "start: resources.requests.memory")]),
    "timeout lowered": ("minutes=3", "minutes=2", [("medium", "timeout-lowered", "train")]),
    "timeout raised": ("minutes=3", "minutes=4", [("low", "timeout-raised", "train")]),
    "timeout removed": ("    @timeout(minutes=3)\n", "", [("medium", "timeout-removed", "train")]),
    "parameter changed": ("default=0.1", "default=0.2", [("low", "parameter-changed", "alpha")]),
    "parameter renamed": (
        'alpha = Parameter("alpha"',
        'beta = Parameter("beta"',
        [("medium", "parameter-removed", "alpha"), ("low", "parameter-added", "beta")],
    ),
    "code changed": ("        pass", "        print()", []),
}
DROPPED = "    @timeout(minutes=3)\n    @step\n    def train(self):\n        self.next(self.end)\n\n"
OPTIONS = ("--target", "airflow", "--operator", "kubernetes", "--image", "python:3.11", "--root", "s3://b/p")


@pytest.fixture
def flow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """POD, compiled into build/."""
    (tmp_path / "flowc.toml").touch()
    monkeypatch.chdir(tmp_path)
    path = Path("flow.py")
    path.write_text(POD)
    assert cli.main(["compile", "flow.py", *OPTIONS, "-o", "build"], standalone_mode=False) == 0
    return path


def diff(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    capsys.readouterr()
    code: int = cli.main(["diff", "flow.py", *OPTIONS, "-o", "build", *arguments], standalone_mode=False)
    return code, capsys.readouterr().out


def changes(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[tuple[str, str, str]]:
    code, out = diff(capsys, "--format", "json", *arguments)
    found: Any = json.loads(out)["flows"][0]
    listed = [(each["risk"], each["kind"], each["subject"]) for each in found["changes"]]
    assert code == bool(listed)
    return listed


@pytest.mark.parametrize("name", CASES)
def test_change_is_named_with_its_risk(name: str, flow: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new, expected = CASES[name]
    text = POD.replace(old, new)
    assert text != POD
    flow.write_text(text.replace(DROPPED, "") if name == "step removed" else text)
    assert changes(capsys) == [*expected, ("low", "code-changed", "flow")]


def test_nothing_changed(flow: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert diff(capsys) == (0, "TrainFlow: no changes\n")
    assert diff(capsys, "--format", "markdown") == (0, "### `TrainFlow`: no changes\n\n")


def test_added_step_moves_no_others(flow: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flow.write_text(POD.replace("self.next(self.end)", "self.next(self.mid)\n\n    @step\n    def mid(self):\n        self.next(self.end)"))
    assert changes(capsys) == [("medium", "step-added", "mid"), ("low", "code-changed", "flow")]


def test_other_order(flow: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = POD.replace("self.next(self.train)", "self.next(self.new)").replace(
        "    @step\n    def end", "    @step\n    def new(self):\n        self.next(self.train)\n\n    @step\n    def end"
    )
    flow.write_text(text)
    assert cli.main(["compile", "flow.py", *OPTIONS, "-o", "build"], standalone_mode=False) == 0
    flow.write_text(
        text.replace("self.next(self.train)", "self.next(self.X)")
        .replace("self.next(self.end)", "self.next(self.new)")
        .replace("self.next(self.new)", "self.next(self.train)", 1)
        .replace("self.X", "self.end")
    )
    assert ("medium", "order-changed", "flow") in changes(capsys)


def test_another_store_is_grave(flow: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert changes(capsys, "--root", "s3://other/p")[0] == ("high", "store-changed", "flow")


def test_text_says_risk_values_and_why(flow: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flow.write_text(POD.replace("python:3.11", "python").replace("times=2", "times=0"))
    code, out = diff(capsys)
    lines = out.splitlines()
    assert code == 1
    assert lines[:4] == [
        "TrainFlow: 3 changes, risk high",
        "  high    image-unpinned      start: python:3.11 => python",
        "                              what runs may change without a change here",
        "  medium  retry-removed       start: 2 => 0",
    ]


def test_markdown_is_a_table_whose_cells_hold_anything(flow: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flow.write_text(POD.replace('"fast"', '"a|b`c\\nd"'))
    _, out = diff(capsys, "--format", "markdown")
    assert "| medium | env-changed | `start: MODE` | `fast` | `a\\|b'c\\nd` |  |\n" in out


def test_missing_file_is_a_flow_added(flow: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert changes(capsys, "-o", "nowhere") == [("low", "flow-added", "flow")]


def test_same_meaning_other_text(flow: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [path] = Path("build").rglob("*.py")
    path.write_text(path.read_text().replace("Written by flowc 0", "Written by flowc 99"))
    assert changes(capsys) == [("low", "text-changed", "flow")]


@pytest.mark.parametrize("text", ["x = 1\n", "this is no python", ""])
def test_foreign_file_is_refused(text: str, flow: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [path] = Path("build").rglob("*.py")
    path.write_text(text)
    with pytest.raises(UsageError, match="was not written by flowc"):
        diff(capsys)


def test_without_a_folder_the_deployed_file_is_meant(flow: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match="nothing to compare with"):
        cli.main(["diff", "flow.py", *OPTIONS], standalone_mode=False)
    Path("flowc.toml").write_text('airflow.dags_folder = "build/airflow/TrainFlow"\n')
    assert cli.main(["diff", "flow.py", *OPTIONS], standalone_mode=False) == 0


def test_flow_with_errors_is_not_compared(flow: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flow.write_text(POD.replace("self.next(self.train)", "pass"))
    assert diff(capsys) == (1, "")


@pytest.mark.parametrize("path", sorted(REPO.glob("tests/golden/*/airflow*.py")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_golden_file_is_read(path: Path) -> None:
    facts = read_facts(path.read_text(encoding="utf-8"), path.name)
    [graph] = read_flows(path.with_name("flow.py"), Report()).flows
    assert facts.steps
    assert facts.steps.keys() <= set(graph.by_name)
    assert facts.code is not None
    assert compare(facts, facts) == ()


@pytest.mark.parametrize(
    ("image", "pinned"),
    [("python", False), ("python:latest", False), ("host:5000/python", False), ("python:3.11", True), ("python@sha256:ab", True)],
)
def test_pinned_images(image: str, pinned: bool) -> None:
    assert is_pinned(image) is pinned


@pytest.mark.parametrize(
    ("text", "number"),
    [("500m", 0.5), ("2", 2.0), ("1Ki", 1024.0), ("2048M", 2048e6), ("1.5Gi", 1.5 * 2**30), ("x", None), ("1.2.3", None), (None, None)],
)
def test_quantities(text: str | None, number: float | None) -> None:
    assert quantity(text) == number
