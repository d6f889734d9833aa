from pathlib import Path

import pytest

from flowc.api import check
from flowc.diagnostics.model import Report
from flowc.package.flow_package import package_flow

FLOW = """
from flowc import Config, FlowSpec, IncludeFile, step

import helpers.text


class F(FlowSpec):
    data = IncludeFile("data", default="{data}")
    settings = Config("settings", default="settings.json")

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
"""


@pytest.fixture
def project(tmp_path):
    for path, text in {
        "flowc.toml": "",
        "flows/train.py": FLOW.format(data="rows.csv"),
        "flows/rows.csv": "beside the flow\n",
        "rows.csv": "at the root\n",
        "settings.json": "{}\n",
        "helpers/__init__.py": "",
        "helpers/text.py": "import helpers.deep\n",
        "helpers/deep.py": "",
        "helpers/unused.py": "",
        "flows/.env": "SECRET=1\n",
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def package(project: Path, *include: str):
    result = check(project / "flows" / "train.py")
    result.raise_for_errors()
    report = Report()
    made = package_flow(result.flow.tree, result.flow.closure, result.project_root, include=include, report=report)
    return made, report.diagnostics


def test_what_a_flow_ships(project):
    made, found = package(project)
    assert found == ()
    assert {file.path: file.why for file in made.files if not file.path.endswith(".py")} == {
        "flows/rows.csv": "IncludeFile 'data'",
        "plan.json": "the plan of the flow",
        "settings.json": "Config 'settings'",
    }
    assert [file.path for file in made.files if file.path.endswith(".py")] == [
        "flows/train.py",
        "helpers/__init__.py",
        "helpers/deep.py",
        "helpers/text.py",
    ]


def test_files_out_of_reach_do_not_matter(project):
    before, _ = package(project)
    (project / "helpers/unused.py").write_text("X = 1\n")
    (project / "rows.csv").write_text("changed\n")
    (project / "helpers/fresh.py").write_text("")
    assert package(project)[0].data == before.data
    (project / "helpers/deep.py").write_text("X = 1\n")
    assert package(project)[0].digest != before.digest


def test_a_denied_default_is_an_error_where_it_is_named(project):
    (project / "flows/train.py").write_text(FLOW.format(data=".env"))
    made, found = package(project)
    (finding,) = found
    assert (finding.code.id, finding.span.line) == ("FLC500", 8)
    assert finding.message == "IncludeFile 'data' asks for 'flows/.env', which never goes into a code package"
    assert b"SECRET" not in made.data
