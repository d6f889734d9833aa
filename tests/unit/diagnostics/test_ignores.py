"""Ignore comments: what they silence, what they cannot, and which are reported."""

from pathlib import Path

import pytest

from flowc.api import check, compile_flows
from flowc.diagnostics import Severity
from flowc.diagnostics.ignores import NO_EFFECT, ignores_in
from flowc.source import SourceFile

FLOW = """\
from flowc import FlowSpec, Parameter, step


class TrainFlow(FlowSpec):
    rounds = Parameter("rounds", default=3, required=True){parameter}

    @step
    def start(self):
        self.rounds = 4{assigned}
        self.next({next})

    @step
    def end(self):
        pass
"""


def flow(folder: Path, *, parameter: str = "", assigned: str = "", next: str = "self.end") -> Path:
    (folder / "flowc.toml").touch()
    path = folder / "flow.py"
    path.write_text(FLOW.format(parameter=parameter, assigned=assigned, next=next), encoding="utf-8")
    return path


def found(path: Path) -> list[tuple[str, int]]:
    return [(each.code.id, each.span.line) for each in check(path).diagnostics]


def test_without_comments_both_are_found(tmp_path: Path) -> None:
    assert found(flow(tmp_path)) == [("FLC160", 5), ("FLC302", 9)]


@pytest.mark.parametrize(
    "comment",
    [
        "  # flowc: ignore[FLC302]",
        "  # flowc:ignore[read-only-changed]",
        "  # noqa  # flowc: ignore [flc302] because a test wants it",
        "  # flowc: ignore[FLC302, FLC302]",
    ],
)
def test_comment_silences_its_code_on_its_line(comment: str, tmp_path: Path) -> None:
    assert found(flow(tmp_path, assigned=comment)) == [("FLC160", 5)]


def test_another_code_or_line_is_not_silenced(tmp_path: Path) -> None:
    assert found(flow(tmp_path, assigned="  # flowc: ignore[FLC160]")) == [("FLC160", 5), ("FLC302", 9), ("FLC040", 9)]


def test_text_is_no_comment(tmp_path: Path) -> None:
    path = flow(tmp_path, assigned="; self.note = '# flowc: ignore[FLC302]'")
    assert found(path) == [("FLC160", 5), ("FLC302", 9)]


@pytest.mark.parametrize("line", [1, 3])
def test_first_or_last_line_of_a_finding_carries_the_comment(line: int, tmp_path: Path) -> None:
    path = flow(tmp_path, parameter="  # flowc: ignore[FLC160]", assigned="  # flowc: ignore[FLC302]")
    decorator = ["    @resources(", "        memory=1", "    )", "    @step", "    def start"]
    decorator[line - 1] += "  # flowc: ignore[FLC403]"
    text = (
        path.read_text()
        .replace("    @step\n    def start", "\n".join(decorator))
        .replace("import FlowSpec, ", "import FlowSpec, resources, ")
    )
    path.write_text(text)
    assert compile_flows([path], ["airflow"]).diagnostics == ()


def test_structural_errors_stay_and_say_so(tmp_path: Path) -> None:
    path = flow(tmp_path, next="getattr(self, 'end'))  # flowc: ignore[FLC201]\n        print(", assigned="")
    errors = {each.code.id: each.notes for each in check(path).diagnostics}
    assert NO_EFFECT in errors["FLC201"]
    assert "FLC040" not in errors


def test_unused_is_not_known_beside_structural_errors(tmp_path: Path) -> None:
    path = flow(tmp_path, next="self.nowhere)  # flowc: ignore[FLC310]\n        print(")
    assert "FLC040" not in dict(found(path))


def test_unused_is_not_known_of_targets(tmp_path: Path) -> None:
    path = flow(tmp_path, parameter="  # flowc: ignore[FLC160, FLC403]", assigned="  # flowc: ignore[FLC302]")
    assert found(path) == []


def test_target_findings_are_silenced(tmp_path: Path) -> None:
    (tmp_path / "flowc.toml").touch()
    path = tmp_path / "flow.py"
    text = FLOW.format(parameter="  # flowc: ignore[FLC160]", assigned="  # flowc: ignore[FLC302]", next="self.end")
    text = text.replace("import FlowSpec, ", "import FlowSpec, resources, ").replace(
        "    @step\n    def start", "    @resources(memory=1)  # MARK\n    @step\n    def start"
    )
    path.write_text(text)
    assert [each.code.id for each in compile_flows([path], ["airflow"]).diagnostics] == ["FLC403"]
    path.write_text(text.replace("MARK", "flowc: ignore[FLC403]"))
    assert compile_flows([path], ["airflow"]).diagnostics == ()


@pytest.mark.parametrize(
    ("comment", "after"),
    [
        ("  # flowc: ignore[FLC311]", "        self.rounds = 4"),
        ("  # flowc: ignore[FLC302, FLC311]", "        self.rounds = 4  # flowc: ignore[FLC302]"),
        ("  # flowc: ignore[FLC311] # why", "        self.rounds = 4  # why"),
        ("  # why # flowc: ignore[FLC311]", "        self.rounds = 4  # why"),
    ],
)
def test_fix_of_an_unused_comment_leaves_the_rest_of_the_line(comment: str, after: str, tmp_path: Path) -> None:
    result = check(flow(tmp_path, assigned=comment))
    [unused] = [each for each in result.diagnostics if each.code.id == "FLC040"]
    assert unused.fix is not None
    [edit] = unused.fix.edits
    line = result.sources[edit.span.file].line_text(9)
    assert line[: edit.span.column - 1] + edit.text + line[edit.span.end_column - 1 :] == after


def test_comments_behind_broken_python_are_not_read() -> None:
    text = "x = 1  # flowc: ignore[FLC201]\ny = (\n"
    assert [ignore.names for ignore in ignores_in(SourceFile("f.py", "f.py", text.encode(), text))] == [("FLC201",)]


SETTINGS = "[severity]\n{}\n"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('FLC160 = "off"', [("FLC302", Severity.ERROR)]),
        ('required-with-default = "off"', [("FLC302", Severity.ERROR)]),
        ('FLC160 = "error"', [("FLC160", Severity.ERROR), ("FLC302", Severity.ERROR)]),
        ('FLC302 = "warning"', [("FLC160", Severity.WARNING), ("FLC302", Severity.WARNING)]),
    ],
)
def test_settings_choose_severities(line: str, expected: list[tuple[str, Severity]], tmp_path: Path) -> None:
    path = flow(tmp_path)
    (tmp_path / "flowc.toml").write_text(SETTINGS.format(line))
    result = check(path)
    assert [(each.code.id, each.severity) for each in result.diagnostics] == expected
    assert result.ok == all(severity is Severity.WARNING for _, severity in expected)


def test_a_warning_made_an_error_stops_a_compile(tmp_path: Path) -> None:
    path = flow(tmp_path, assigned="  # flowc: ignore[FLC302]", parameter="  # flowc: ignore[FLC160]")
    path.write_text(
        path.read_text()
        .replace("import FlowSpec, ", "import FlowSpec, resources, ")
        .replace("    @step\n    def start", "    @resources(memory=1)\n    @step\n    def start")
    )
    assert compile_flows([path], ["airflow"]).ok
    (tmp_path / "flowc.toml").write_text(SETTINGS.format('FLC403 = "error"'))
    result = compile_flows([path], ["airflow"])
    assert (result.ok, result.flows) == (False, ())
    (tmp_path / "flowc.toml").write_text(SETTINGS.format('FLC403 = "error"') + '[env.dev.severity]\nFLC403 = "off"\n')
    assert compile_flows([path], ["airflow"], env="dev").diagnostics == ()
