"""`flowc diff --target argo`: what a change of the flow or its settings means, over all files of a flow."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.flows import REPO

from flowc.backends.argo.meaning import read_files
from flowc.cli.group import cli
from flowc.errors import UsageError

FLOW = """\
from flowc import FlowSpec, Parameter, catch, environment, kubernetes, parallel, retry, schedule, step, timeout


@schedule(cron="0 6 * * *")
class TrainFlow(FlowSpec):
    alpha = Parameter("alpha", default=0.1)

    @retry(times=2)
    @kubernetes(image="python:3.11", memory=2048, secrets=["db"])
    @environment(vars={"MODE": "fast"})
    @step
    def start(self):
        self.next(self.member, num_parallel=2)

    @kubernetes(memory=3000)
    @parallel
    @step
    def member(self):
        self.next(self.join)

    @timeout(minutes=3)
    @step
    def join(self, inputs):
        self.turns = 0
        self.next(self.train)

    @step
    def train(self):
        self.next(self.judge)

    @step
    def judge(self):
        self.turns += 1
        self.way = "again" if self.turns < 3 else "done"
        self.next({"again": self.train, "done": self.left}, condition="way")

    @step
    def left(self):
        self.next(self.end)

    @step
    def end(self):
        pass
"""
LEFT = 'self.left}, condition="way")\n\n    @step\n    def left(self):\n        self.next(self.end)\n'
CASES: dict[str, tuple[str, str, list[tuple[str, str, str]]]] = {
    "nothing": ("", "", []),
    "step removed": (LEFT, 'self.end}, condition="way")\n', [("high", "step-removed", "left")]),
    "schedule changed": ("0 6 *", "0 7 *", [("medium", "schedule-changed", "flow")]),
    "schedule removed": (
        '@schedule(cron="0 6 * * *")\n',
        "",
        [("medium", "schedule-removed", "flow"), ("medium", "setting-changed", "CronWorkflow spec.concurrencyPolicy")],
    ),
    "retry removed": ("    @retry(times=2)\n", "", [("medium", "retry-removed", "start")]),
    "retries raised": ("times=2", "times=3", [("low", "retries-raised", "start")]),
    "image unpinned": ("python:3.11", "python", [("high", "image-unpinned", "start")]),
    "env changed": ('"fast"', '"slow"', [("medium", "env-changed", "start: MODE")]),
    "secret added": ('["db"]', '["db", "admin"]', [("high", "permission-widened", "start")]),
    "memory lowered": ("memory=2048", "memory=1024", [("medium", "resources-lowered", "start: resources.requests.memory")]),
    "memory of a gang raised": ("memory=3000", "memory=5000", [("low", "resources-raised", "member: resources.requests.memory")]),
    "timeout raised": ("minutes=3", "minutes=4", [("low", "timeout-raised", "join")]),
    "catch added": (
        "    @timeout(minutes=3)\n",
        '    @timeout(minutes=3)\n    @catch(var="e")\n',
        [("medium", "task-changed", "join: catch")],
    ),
    "parameter changed": ("default=0.1", "default=0.2", [("low", "parameter-changed", "alpha")]),
    "order changed": ("self.next(self.train)", "self.next(self.judge)", [("medium", "order-changed", "flow")]),
}
OPTIONS = ("--target", "argo", "--image", "python:3.11", "--root", "s3://b/p")


@pytest.fixture
def flow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """FLOW, compiled into build/."""
    (tmp_path / "flowc.toml").touch()
    monkeypatch.chdir(tmp_path)
    path = Path("flow.py")
    path.write_text(FLOW)
    assert cli.main(["compile", "flow.py", *OPTIONS, "-o", "build"], standalone_mode=False) == 0
    return path


def changes(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[tuple[str, str, str]]:
    capsys.readouterr()
    code = cli.main(["diff", "flow.py", *OPTIONS, "-o", "build", "--format", "json", *arguments], standalone_mode=False)
    found: Any = json.loads(capsys.readouterr().out)["flows"][0]
    listed = [(each["risk"], each["kind"], each["subject"]) for each in found["changes"]]
    assert code == bool(listed)
    return [each for each in listed if each[1] not in ("code-changed", "text-changed")]


@pytest.mark.parametrize("name", CASES)
def test_change_is_named_with_its_risk(name: str, flow: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new, expected = CASES[name]
    flow.write_text(FLOW.replace(old, new, 1))
    found = changes(capsys)
    assert found[: len(expected)] == expected
    assert bool(found) == bool(expected)


def test_settings_of_the_run(flow: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = changes(capsys, "--set", "argo.priority=3", "--set", "argo.loop_turns=400", "--root", "s3://other/p")
    assert found == [
        ("high", "store-changed", "flow"),
        ("medium", "setting-changed", "turns of train-loop"),
        ("medium", "setting-changed", "priority"),
    ]


def test_a_flow_that_is_new(flow: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in Path("build/argo/TrainFlow").iterdir():
        path.unlink()
    assert [kind for _, kind, _ in changes(capsys)] == ["flow-added"]


@pytest.mark.parametrize("text", ["kind: Pod\n", "a: [", "just text\n", "kind: WorkflowTemplate\nmetadata: {labels: {}}\n"])
def test_foreign_file_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read_files({"x.yaml": text})


@pytest.mark.parametrize("path", sorted(REPO.glob("tests/golden/*/argo.yaml")), ids=lambda path: path.parent.name)
def test_every_golden_is_read(path: Path) -> None:
    facts = read_files({each.name: each.read_text() for each in path.parent.glob("argo*.yaml")})
    assert facts.steps
    assert facts.edges
    assert facts.code is not None
