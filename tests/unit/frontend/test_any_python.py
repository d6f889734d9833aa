"""Any Python file gives diagnostics, not an exception; sizes that a recursive reader would not survive."""

import sysconfig
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowc.diagnostics.model import Report
from flowc.frontend import read_flows

STDLIB = Path(sysconfig.get_path("stdlib"))
FRAGMENTS = [
    "from metaflow import *\n",
    "import flowc as f\n",
    "class A(FlowSpec):\n",
    "class B(A, f.FlowSpec):\n",
    "    @step\n",
    "    @retry(times=X)\n",
    "    def start(self):\n",
    "    def end(self, inputs):\n",
    "        self.next(self.end)\n",
    "        self.next({1: self.a}, condition='x')\n",
    "        self.x = self.y\n",
    "    x = Parameter('x', default=X)\n",
    "    X = 1 + X\n",
    "X = [X]\n",
    "if X:\n",
    "    pass\n",
    "\n",
    "\t",
    "\x0c",
    "'''\n",
    "(",
    ")",
    "lambda: ",
    "\\\n",
    "\xe9",
    "\u2028",
    "# coding: latin-1\n",
    "f'{X!r:>{X}}'",
    "\r",
    "match X:\n    case A(x=1):\n        pass\n",
]


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join))
@settings(max_examples=200, deadline=None)
def test_any_text_gives_findings(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any_text.py"
    path.write_bytes(text.encode())
    report = Report()
    reading = read_flows(path, report)
    assert reading.flows or report.has_errors


@given(st.binary(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_bytes_give_findings(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any_bytes.py"
    path.write_bytes(data)
    report = Report()
    assert read_flows(path, report).flows == ()
    assert report.has_errors


@pytest.mark.slow
def test_every_file_of_the_standard_library_gives_findings() -> None:
    paths = sorted(path for path in STDLIB.rglob("*.py") if "site-packages" not in path.parts)
    assert len(paths) > 500
    for path in paths:
        report = Report()
        reading = read_flows(path, report, project_root=STDLIB)
        assert reading.flows == (), path
        assert report.has_errors, path


@pytest.mark.slow
def test_installed_packages_give_findings() -> None:
    paths = sorted(path for path in Path(sysconfig.get_path("purelib")).rglob("*.py") if path.is_file())[::20]
    assert len(paths) > 200
    for path in paths:
        report = Report()
        reading = read_flows(path, report, project_root=path.parent)
        assert reading.flows or report.has_errors, path


def long_flow(steps: int) -> str:
    """Return the source of a flow of so many steps in a row."""
    lines = ["from flowc import FlowSpec, retry, step", "class Long(FlowSpec):"]
    for number in range(steps):
        lines += ["    @retry(times=2)", "    @step", f"    def s{number}(self):", f"        self.next(self.s{number + 1})"]
    return "\n".join(
        [
            *lines,
            "    @step(start=True)",
            "    def start(self):",
            "        self.next(self.s0)",
            f"    @step(end=True)\n    def s{steps}(self): pass\n",
        ]
    )


@pytest.mark.parametrize("steps", [1000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_long_flows_are_read(steps: int, tmp_path: Path) -> None:
    (tmp_path / "flow.py").write_text(long_flow(steps))
    report = Report()
    [flow] = read_flows(tmp_path / "flow.py", report).flows
    assert len(flow.steps) == steps + 2
    assert report.diagnostics == ()


def test_deep_things_are_refused_or_read(tmp_path: Path) -> None:
    classes = "".join(f"class C{number}(C{number - 1}):\n    pass\n" for number in range(1, 300))
    helpers = "".join(f"    def h{number}(self):\n        self.h{number + 1}()\n" for number in range(3000))
    aliases = "".join(f"A{number} = A{number - 1}\n" for number in range(1, 300))
    (tmp_path / "tower.py").write_text(f"class C0:\n    pass\n{classes}")
    text = f"""from flowc import FlowSpec, step
from tower import C299
A0 = 1
{aliases}
class Deep(FlowSpec):
    x = A299
    y = {"+".join(["1"] * 900)}
    z = {"-" * 500}1
    @step
    def only(self):
        self.h0()
    def h3000(self):
        self.reached = 1
{helpers}
class FromDeep(C299, FlowSpec):
    @step
    def only(self):
        pass
"""
    (tmp_path / "flow.py").write_text(text)
    report = Report()
    deep, *_ = read_flows(tmp_path / "flow.py", report).flows
    values = {constant.name: constant.value for constant in deep.constants}
    assert values["y"] == 900
    assert [use.name for use in deep.steps[0].uses] == ["reached"]
    assert [found.code.slug for found in report.diagnostics] == ["unresolved-base"]
