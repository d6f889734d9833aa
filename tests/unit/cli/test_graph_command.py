"""`flowc graph` from the outside."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from flowc.cli.graph_command import command

FLOW = '''from flowc import FlowSpec, Parameter, retry, step


class TrainFlow(FlowSpec):
    """Trains."""

    alpha = Parameter("alpha", default=0.5, help="rate")

    @step
    def start(self):
        self.kind = "wide"
        self.next({"wide": self.wide, 1: self.narrow, 2: self.narrow}, condition="kind")

    @retry(times=4)
    @step
    def wide(self):
        self.sizes = [1, 2]
        self.next(self.fit, foreach="sizes")

    @step
    def fit(self):
        self.next(self.join)

    @step
    def join(self, inputs):
        self.next(self.narrow)

    @step
    def narrow(self):
        self.next(self.end)

    @step
    def end(self):
        pass
'''


@pytest.fixture
def flow(tmp_path: Path) -> Path:
    path = tmp_path / "train.py"
    path.write_text(FLOW)
    return path


def graph(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(command, [str(argument) for argument in arguments], standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return result.return_value, result.stdout, result.stderr


def test_text(flow: Path) -> None:
    assert graph(flow) == (
        0,
        "flow TrainFlow: 6 steps\n"
        "parameters: alpha (float)\n"
        "\n"
        "start\n"
        "switch kind:\n"
        "  wide:\n"
        "    wide  @retry\n"
        "    foreach sizes:\n"
        "      fit\n"
        "    join\n"
        "  1, 2: on to narrow\n"
        "narrow\n"
        "end\n"
        "\n"
        "tree: start switch{wide each{fit} join | narrow: -} narrow end\n",
        "",
    )


def test_json(flow: Path) -> None:
    code, out, _ = graph(flow, "--format", "json")
    document = json.loads(out)
    assert code == 0
    assert document["schema"] == 1
    assert [(step["name"], step["type"]) for step in document["flow"]["steps"]] == [
        ("start", "switch"),
        ("wide", "foreach"),
        ("fit", "linear"),
        ("join", "join"),
        ("narrow", "linear"),
        ("end", "end"),
    ]
    start, wide, *_ = document["flow"]["steps"]
    assert start["next"] == ["wide", "narrow", "narrow"]
    assert start["cases"] == {"wide": "wide", "1": "narrow", "2": "narrow"}
    assert start["condition"] == "kind"
    assert wide["foreach"] == "sizes"
    assert [(decorator["name"], decorator["arguments"]) for decorator in wide["decorators"]] == [("retry", {"times": 4})]
    assert document["flow"]["doc"] == "Trains."
    assert document["flow"]["parameters"][0]["default"] == 0.5
    assert document["regions"]["blocks"][document["regions"]["body"]]["items"][0] == {"kind": "invoke", "step": "start"}


@pytest.mark.parametrize(("form", "begin"), [("mermaid", "flowchart TB\n"), ("dot", 'digraph "TrainFlow" {\n'), ("svg", "<svg ")])
def test_drawings(flow: Path, form: str, begin: str) -> None:
    code, out, _ = graph(flow, "--format", form)
    assert code == 0
    assert out.startswith(begin)


def test_output_file(flow: Path, tmp_path: Path) -> None:
    assert graph(flow, "--format", "svg", "-o", tmp_path / "flow.svg") == (0, "", "")
    assert ElementTree.parse(tmp_path / "flow.svg").getroot().tag.endswith("svg")


def test_errors_go_to_standard_error(flow: Path) -> None:
    flow.write_text(FLOW.replace("self.next(self.join)", "self.next(self.narrow)"))
    code, out, err = graph(flow, "--format", "json")
    assert (code, out) == (1, "")
    assert "FLC" in err
