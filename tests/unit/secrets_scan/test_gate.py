"""The gate as people meet it: compile writes nothing, says the line, and never shows the secret; comments and settings overrule it."""

import json
import os
import random
import string
from pathlib import Path

import pytest

from flowc.cli.group import cli

FLOW = '''{top}from flowc import Config, FlowSpec, IncludeFile, Parameter, environment, secrets, step


class TrainFlow(FlowSpec):
    """{doc}"""

{member}

    {decorator}
    @step
    def start(self):
        """{note}"""
        {body}
        self.next(self.end)

    @step
    def end(self):
        pass
'''
PARTS = {
    "top": "",
    "doc": "Trains.",
    "member": "    alpha = Parameter('alpha', default=0.1)",
    "decorator": "",
    "note": "Begins.",
    "body": "pass",
}
IN_PODS = 'image = "team/flows:1"\n[airflow]\noperator = "kubernetes"\n'
SECRET = "tok9fK2mQx81LpZ7vRb"


def project(folder: Path, *, settings: str = "", files: dict[str, str] | None = None, **parts: str) -> Path:
    """Make a project with one flow in `folder`."""
    (folder / "flowc.toml").write_text(settings, encoding="utf-8")
    for name, text in (files or {}).items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "flow.py").write_text(FLOW.format(**{**PARTS, **parts}), encoding="utf-8")
    return folder


def flowc(folder: Path, *arguments: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    """Return exit code and everything printed by a command in `folder`."""
    monkeypatch.chdir(folder)
    code = cli.main([*arguments], standalone_mode=False)
    said = capsys.readouterr()
    return code, said.out + said.err


PLACES = {
    "variable": ({"decorator": "@environment(vars={{'API_TOKEN': '{0}'}})"}, "FLC491", "flow.py", 9),
    "variable by a module constant": (
        {"top": "TOKEN = '{0}'\n", "decorator": "@environment(vars={{'API_TOKEN': TOKEN}})"},
        "FLC491",
        "flow.py",
        1,
    ),
    "inline secret": (
        {"settings": IN_PODS, "decorator": "@secrets(sources=[{{'type': 'inline', 'options': {{'env_vars': {{'API_TOKEN': '{0}'}}}}}}])"},
        "FLC491",
        "flow.py",
        9,
    ),
    "parameter": ({"member": "    token = Parameter('token', default='{0}')"}, "FLC491", "flow.py", 7),
    "class attribute": ({"member": "    api_token = '{0}'"}, "FLC491", "flow.py", 7),
    "code of a step": ({"body": "api_token = '{0}'"}, "FLC491", "flow.py", 13),
    "argument of a call": ({"body": "print(dict(password='{0}'))"}, "FLC491", "flow.py", 13),
    "doc of the flow": ({"doc": "See https://bot:{0}@git.internal/x"}, "FLC492", "flow.py", 5),
    "doc of a step": ({"note": "See https://bot:{0}@git.internal/x"}, "FLC492", "flow.py", 12),
    "comment": ({"top": "# postgresql://app:{0}@db.internal/x\n"}, "FLC492", "flow.py", 1),
    "setting": ({"settings": '[airflow]\nqueue = "amqp://app:{0}@mq.internal"\n'}, "FLC492", "flowc.toml", 2),
    "config": (
        {"member": "    rows = Config('rows', default='rows.json')", "files": {"rows.json": '{{"api_token": "{0}"}}'}},
        "FLC491",
        "flow.py",
        7,
    ),
    "file of the flow": (
        {"member": "    notes = IncludeFile('notes', default='notes.txt')", "files": {"notes.txt": "api_token: {0}\n"}},
        "FLC494",
        "flow.py",
        7,
    ),
    "file of a pattern": (
        {"settings": 'include = [\n  "*.ini",\n]\n', "files": {"db.ini": "[db]\npassword = {0}\n"}},
        "FLC494",
        "flowc.toml",
        2,
    ),
}


def filled(parts: object, secret: str) -> object:
    """Return `parts` with the secret in its place."""
    if isinstance(parts, dict):
        return {name: filled(part, secret) for name, part in parts.items()}
    return str(parts).format(secret)


@pytest.mark.parametrize("place", PLACES)
def test_compile_writes_nothing_and_names_the_line(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    parts, code, file, line = PLACES[place]
    project(tmp_path, **filled(parts, SECRET))  # type: ignore[arg-type]
    exit_code, said = flowc(tmp_path, "compile", "flow.py", "--target", "airflow", "-o", "build", capsys=capsys, monkeypatch=monkeypatch)
    assert exit_code == 1
    assert said.count("error[") == 1
    assert f"error[{code}]" in said
    assert f"--> {file}:{line}:" in said
    assert not (tmp_path / "build").exists()
    assert (
        flowc(tmp_path, "compile", "flow.py", "--target", "airflow", "-o", "build", "--check", capsys=capsys, monkeypatch=monkeypatch)[0]
        == 1
    )


@pytest.mark.parametrize("place", PLACES)
def test_no_format_shows_it(place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(place)
    for _ in range(4):
        secret = "".join(draw.choices(string.ascii_letters + string.digits, k=22)) + "7x3"
        project(tmp_path, **filled(PLACES[place][0], secret))  # type: ignore[arg-type]
        for form in ("full", "concise", "json", "sarif", "github"):
            arguments = ("check", "flow.py", "--target", "airflow", "--format", form)
            exit_code, said = flowc(tmp_path, *arguments, capsys=capsys, monkeypatch=monkeypatch)
            assert exit_code == 1
            assert PLACES[place][1] in said
            assert secret[4:] not in said
        kept = [path.read_text(encoding="utf-8") for path in (tmp_path / ".flowc").rglob("*") if path.is_file()]
        assert kept
        assert all(secret[4:] not in text for text in kept)


@pytest.mark.parametrize("place", [place for place, (_, _, file, line) in PLACES.items() if line not in (5, 12)])
def test_a_comment_on_the_line_overrules_it(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    parts, code, file, line = PLACES[place]
    project(tmp_path, **filled(parts, SECRET))  # type: ignore[arg-type]
    lines = (tmp_path / file).read_text(encoding="utf-8").splitlines()
    lines[line - 1] += f"  # flowc: ignore[{code}] drawn for a test"
    (tmp_path / file).write_text("\n".join(lines) + "\n", encoding="utf-8")
    exit_code, said = flowc(tmp_path, "compile", "flow.py", "--target", "airflow", "-o", "build", capsys=capsys, monkeypatch=monkeypatch)
    assert (exit_code, said) == (0, "build/airflow/TrainFlow/TrainFlow.py\n")


@pytest.mark.parametrize(
    ("level", "exit_code", "shown"), [("off", 0, ""), ("warning", 0, "warning[FLC491]"), ("error", 1, "error[FLC491]")]
)
def test_the_settings_choose_its_severity(
    level: str, exit_code: int, shown: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project(tmp_path, settings=f'[severity]\nFLC491 = "{level}"\n', member=f"    api_token = '{SECRET}'")
    found = flowc(tmp_path, "compile", "flow.py", "--target", "airflow", "-o", "build", capsys=capsys, monkeypatch=monkeypatch)
    assert found[0] == exit_code
    assert shown in found[1]
    assert ("build" in os.listdir(tmp_path)) == (exit_code == 0)


def test_an_ignored_secret_keeps_no_other_flow_of_the_file_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project(tmp_path, member=f"    api_token = '{SECRET}'  # flowc: ignore[FLC491]")
    text = (tmp_path / "flow.py").read_text(encoding="utf-8")
    (tmp_path / "flow.py").write_text(text + "\n\n" + text[text.index("class") :].replace("TrainFlow", "OtherFlow"), encoding="utf-8")
    exit_code, said = flowc(tmp_path, "compile", "flow.py", "--target", "airflow", "-o", "build", capsys=capsys, monkeypatch=monkeypatch)
    assert (exit_code, said.count("build/airflow/")) == (0, 2)


def test_it_is_found_beside_other_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    project(tmp_path, member=f"    api_token = '{SECRET}'", body="self.next(self.nowhere)")
    _, said = flowc(tmp_path, "check", "flow.py", "--target", "airflow", "--format", "json", capsys=capsys, monkeypatch=monkeypatch)
    codes = {found["code"] for found in json.loads(said)["diagnostics"]}
    assert "FLC491" in codes
    assert len(codes) > 1
