"""Reading a flow runs none of its code, and leaves the interpreter as it was."""

import gc
import subprocess
import sys
from pathlib import Path

from flowc.diagnostics.model import Report
from flowc.frontend import read_flows

BODY = """
from flowc import Config, FlowSpec, Parameter, step
import other


def default(context):
    raise SystemExit("deploy time")


class Hostile(FlowSpec):
    alpha = Parameter("alpha", default=default)
    beta = Parameter("beta", default=open("evaluated", "w"))
    cfg = Config("cfg", default_value="{}", parser="other.parse")

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
"""
OTHER = "open('imported', 'w')\nraise SystemExit(3)\n\n\ndef parse(text):\n    open('parsed', 'w')\n"


def test_a_flow_that_exits_on_its_first_line_is_read(tmp_path: Path) -> None:
    (tmp_path / "flow.py").write_text("raise SystemExit('imported')\n" + BODY)
    (tmp_path / "other.py").write_text(OTHER)
    report = Report()
    [flow] = read_flows(tmp_path / "flow.py", report, project_root=tmp_path).flows
    assert [step.name for step in flow.steps] == ["start", "end"]
    assert report.diagnostics == ()


def test_a_flow_that_writes_a_file_when_imported_writes_none(tmp_path: Path) -> None:
    (tmp_path / "flow.py").write_text("open('written', 'w')\n" + BODY)
    (tmp_path / "other.py").write_text(OTHER)
    script = (
        "import sys; from pathlib import Path; from flowc.frontend import read_flows; from flowc.diagnostics.model import Report\n"
        "before = list(sys.path)\n"
        "[flow] = read_flows(Path('flow.py'), Report()).flows\n"
        "assert flow.name == 'Hostile'\n"
        "assert sys.path == before\n"
        "print(*sorted(name for name in sys.modules if name in ('flow', 'other', 'metaflow', 'libcst')))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["flow.py", "other.py"]


def test_the_collector_is_as_before(tmp_path: Path) -> None:
    (tmp_path / "flow.py").write_text(BODY)
    assert gc.isenabled()
    read_flows(tmp_path / "flow.py", Report())
    assert gc.isenabled()
    gc.disable()
    try:
        read_flows(tmp_path / "flow.py", Report())
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_libcst_matchers_are_never_imported() -> None:
    script = (
        "import sys, tempfile, pathlib; from flowc.frontend import read_flows; from flowc.diagnostics.model import Report\n"
        "path = pathlib.Path(tempfile.mkdtemp()) / 'flow.py'; path.write_text('lazy import x\\n')\n"
        "read_flows(path, Report())\n"
        "assert 'libcst' in sys.modules\n"
        "assert 'libcst.matchers' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
