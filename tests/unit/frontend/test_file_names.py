"""What the file of a flow may be called, and where its neighbours are where it is a link."""

from pathlib import Path

import pytest
from support.readings import describe_report

from flowc.diagnostics.model import Report
from flowc.frontend import Reading, read_flows

FLOW = """from flowc import Config, FlowSpec, step
import helper


class Train(FlowSpec):
    config = Config("config", default="config.json")

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        self.next(self.nowhere, other=1)
"""


@pytest.mark.parametrize(
    ("name", "flaw"),
    [
        ("train", "FLC018 train:1:1: the flow file is called train, which Python cannot import"),
        ("train.txt", "FLC018 train.txt:1:1: the flow file is called train.txt, which Python cannot import"),
        ("flowc.py", "FLC018 flowc.py:1:1: the flow file is called flowc.py, and imports itself in place of the package"),
        ("metaflow.py", "FLC018 metaflow.py:1:1: the flow file is called metaflow.py, and imports itself in place of the package"),
        ("my-flow.py", None),
        ("flows.py", None),
    ],
)
def test_name(name: str, flaw: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text("from flowc import FlowSpec, step\n\n\nclass F(FlowSpec):\n    @step\n    def start(self): pass\n")
    report = Report()
    [flow] = read_flows(Path(name), report).flows
    assert flow.project_path == name
    assert list(describe_report(report)) == ([f"error {flaw}"] if flaw else [])


@pytest.fixture
def linked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for path, text in {
        "real/flowc.toml": "",
        "real/flows/train.py": FLOW,
        "real/flows/helper.py": "import more\n\n(\n",
        "real/more.py": "",
        "real/flows/config.json": "{}",
        "shortcuts/helper.py": "another = 1\n",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    (tmp_path / "shortcuts/middle").symlink_to("../real/flows/train.py")
    (tmp_path / "shortcuts/t.py").symlink_to("middle")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def described(path: str, **options: Path) -> tuple[Reading, list[str]]:
    report = Report()
    return read_flows(Path(path), report, **options), [line.partition(": ")[0] for line in describe_report(report)]


@pytest.mark.parametrize("absolute", [False, True])
def test_link_to_a_flow_file(linked: Path, absolute: bool) -> None:
    root = f"{linked.as_posix()}/" if absolute else ""
    reading, found = described(f"{root}shortcuts/t.py")
    assert reading.project_root == linked / "real"
    assert reading.flows[0].configs[0].path == "flows/config.json"
    assert [file.project_path for file in reading.closures["Train"]] == ["flows/config.json", "flows/helper.py", "flows/train.py"]
    assert found == [f"error FLC005 {root}real/flows/helper.py:3:1", f"error FLC202 {root}shortcuts/t.py:14:33"]
    assert all(Path(name).is_file() for name in reading.sources)


def test_link_through_the_link_of_its_project(linked: Path) -> None:
    (linked / "project").symlink_to("real")
    (linked / "real/t.py").symlink_to("flows/train.py")
    reading, found = described("project/t.py", project_root=Path("project"))
    assert reading.flows[0].project_path == "flows/train.py"
    assert found == ["error FLC005 project/flows/helper.py:3:1", "error FLC202 project/t.py:14:33"]


def test_link_that_leaves_the_project_given(linked: Path) -> None:
    reading, _ = described("shortcuts/t.py", project_root=Path("shortcuts"))
    assert reading.flows[0].project_path == "t.py"
