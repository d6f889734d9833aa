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


PLACES = """
[project]
include = ["not ours/*"]

[tool.flowc]
# include = ["commented/*"]
include = [
    "keys/*",
    'nothing-*',  # "not this one"
    "../out\u0073ide",
]

[ tool . "flowc" . env.prod ]
include = ["keys/*", "only-prod"]
"""


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        (None, {("FLC501", 8), ("FLC505", 9), ("FLC504", 10)}),
        ("prod", {("FLC501", 14), ("FLC505", 14)}),
    ],
)
def test_findings_stand_where_the_pattern_does(project: Path, env: str | None, expected: set[tuple[str, int]]) -> None:
    (project / "flowc.toml").unlink()
    (project / "pyproject.toml").write_text(PLACES)
    (project / "keys").mkdir()
    for name in ("a.pem", "b.key", "notes.txt"):
        (project / "keys" / name).touch()
    result = check(project / "flows" / "train.py", env=env)
    settings, report = result.settings, Report()
    package_flow(
        result.flow.tree,
        result.flow.closure,
        result.project_root,
        include=settings.include,
        include_places=settings.include_places,
        report=report,
    )
    assert {(found.code.id, found.span.line) for found in report.diagnostics} == expected
    [denied] = [found for found in report.diagnostics if found.code.id == "FLC501"]
    assert denied.message == "include pattern 'keys/*' also matches 2 files, which never go into a code package"
    assert denied.notes == ("keys/a.pem: *.pem is a name for secrets", "keys/b.key: *.key is a name for secrets")
    source = result.sources[denied.span.file]
    assert Path(denied.span.file) == project / "pyproject.toml"
    assert source.line_text(denied.span.line)[denied.span.column - 1 : denied.span.end_column - 1] == '"keys/*"'
