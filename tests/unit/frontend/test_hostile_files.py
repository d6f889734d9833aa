"""Files that hurt: a diagnostic or the right result, never an exception. One table, a line per file."""

import os
from pathlib import Path

import pytest
from support.readings import describe_report

from flowc.diagnostics.model import Report
from flowc.errors import UsageError
from flowc.frontend import read_flows

FLOW = """from flowc import FlowSpec, step


class Small(FlowSpec):
    word = "é"

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
"""
SUM = "x = " + " + ".join(["1"] * 5000) + "\n"
ELIFS = "if x == 0:\n    pass\n" + "".join(f"elif x == {n}:\n    pass\n" for n in range(3000))
NESTED = "x = " + "[" * 500 + "]" * 500 + "\n"
BRACKETS = "x = " + "(" * 150 + ")" * 150 + "\n"

GOOD = {
    "utf-8": FLOW.encode(),
    "byte order mark": b"\xef\xbb\xbf" + FLOW.encode(),
    "latin-1 by cookie": b"# -*- coding: latin-1 -*-\n" + FLOW.encode("latin-1"),
    "utf-8 by cookie and mark": b"\xef\xbb\xbf# coding: utf-8\n" + FLOW.encode(),
    "cookie in the second line": b"#!/usr/bin/env python\n# vim: set fileencoding=cp1252 :\n" + FLOW.encode("cp1252"),
    "carriage return and newline": FLOW.replace("\n", "\r\n").encode(),
    "carriage returns alone": FLOW.replace("\n", "\r").encode(),
    "mixed line ends": FLOW.replace("\n", "\r\n", 5).replace("\n    @step\n    def end", "\r    @step\r    def end").encode(),
    "form feeds": FLOW.replace("\n\n\nclass", "\n\x0c\n\x0cclass").encode(),
    "tabs": FLOW.replace("    ", "\t").encode(),
    "no newline at the end": FLOW.rstrip().encode(),
    "odd line separators in a string": FLOW.replace("é", "a\u2028b\u0085c\x1cd").encode(),
    "backslash line ends": FLOW.replace("class Small", "class \\\n  Small").replace("def start", "def \\\n  start").encode(),
    "invalid escape, which warns": FLOW.replace("é", r"\d").encode(),
    "deep but fine": (BRACKETS.replace("(" * 150 + ")" * 150, "(" * 90 + "1" + ")" * 90) + FLOW).encode(),
}

BAD = {
    "empty": (b"", "FLC008 flow.py:1:1: no flow in flow.py"),
    "only a comment": (b"# nothing\n", "FLC008 flow.py:1:1: no flow in flow.py"),
    "not UTF-8": (FLOW.encode("latin-1"), "FLC002 flow.py:5:13: file is not valid UTF-8"),
    "not UTF-8 in the first line": (b"# \xff\n" + FLOW.encode(), "FLC002 flow.py:1:3: file is not valid UTF-8"),
    "not what its cookie says": (b"# coding: ascii\n" + FLOW.encode(), "FLC002 flow.py:6:13: file is not valid ascii"),
    "UTF-16": (FLOW.encode("utf-16"), "FLC002 flow.py:1:1: file is not valid UTF-8"),
    "unknown cookie": (b"# coding: klingon\n", "FLC003 flow.py:1:1: encoding declaration cannot be used: unknown encoding: klingon"),
    "cookie of no text": (b"# coding: rot13\n" + FLOW.encode(), "FLC003 flow.py:1:1: encoding declaration cannot be used: *"),
    "mark against cookie": (b"\xef\xbb\xbf# coding: latin-1\n", "FLC003 flow.py:1:1: encoding declaration cannot be used: *"),
    "NUL": (FLOW.replace("é", "\0").encode(), "FLC004 flow.py:5:13: file contains a NUL byte"),
    "binary": (bytes(range(256)) * 20, "FLC004 flow.py:1:1: file contains a NUL byte"),
    "5,000 terms": ((SUM + FLOW).encode(), "FLC007 flow.py:1:1: code is nested too deeply to be read"),
    "3,000 elifs": ((ELIFS + FLOW).encode(), "FLC007 flow.py:1:1: code is nested too deeply to be read"),
    "500 brackets": ((NESTED + FLOW).encode(), "FLC005 flow.py:1:*: syntax error: too many nested parentheses"),
    "unclosed": (b"x = (\n", "FLC005 flow.py:1:5: syntax error: '(' was never closed"),
    "place behind wide letters": ("x = 'äöü' )\n".encode(), "FLC005 flow.py:1:11: syntax error: unmatched ')'"),
    "place behind carriage returns": (b"a = 1\rb = 2\rc = )\r", "FLC005 flow.py:3:5: syntax error: unmatched ')'"),
    "unexpected indent": (b"x = 1\n  y = 2\n", "FLC005 flow.py:2:2: syntax error: unexpected indent"),
    "unfinished text": (b'x = "abc\n', "FLC005 flow.py:1:5: syntax error: unterminated string literal (detected at line 1)"),
    "Python 2": (b"print 'x'\n", "FLC005 flow.py:1:1: syntax error: Missing parentheses in call to 'print'. *"),
    "unknown character name": (b"x = '\\N{no such}'\n", "FLC005 flow.py:1:*: syntax error: (unicode error) *"),
    "newer, but too deep for libcst": (b"lazy import a, " + b"[" * 3000, "FLC005 flow.py:1:*: syntax error: *"),
    "newer, behind a chain too long for libcst": (
        b"lazy x = a" + b".b" * 50_000 + b"\n",
        "FLC005 flow.py:1:6: syntax error: invalid syntax",
    ),
    "number of 5,000 digits": (b"x = " + b"9" * 5000 + b"\n", "FLC005 flow.py:1:*: syntax error: Exceeds the limit *"),
}

NEWER = {
    "lazy import": (b"x = 1\nlazy import json\n", "2:1", (3, 15)),
    "template string": ('x = "ä" + t"{a}"\n'.encode(), "1:11", (3, 14)),
    "bare exceptions": (b"try:\n    pass\nexcept A, B:\n    pass\n", "3:1", (3, 14)),
    "type statement": (b"x = 1\ntype X = int\n", "2:1", (3, 12)),
    "type parameters": (b"def f[T](a): pass\n", "1:6", (3, 12)),
    "quotes inside an f-string": (b'x = f"{"a"}"\n', "1:5", (3, 12)),
    "in a method": (b"class A:\n    @deco\n    def f(self):\n        type X = int\n    def g(self): pass\n", "4:9", (3, 12)),
    "in a handler of a method": (b"class A:\n\tdef f(self):\n\t\ttry:\n\t\t\tpass\n\t\texcept A, B:\n\t\t\tpass\n", "5:3", (3, 14)),
    "in a decorated function": (b"x = 1\n@a\n@b\ndef f[T](a): pass\ny = 1\n", "4:6", (3, 12)),
    "behind else": (b"if x:\n    pass\nelse:\n    lazy import y\n", "4:5", (3, 15)),
    "unpacking in a comprehension": (b"x = [*y for y in z]\n", "1:5", (3, 15)),
}


def read(path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[int, list[str]]:
    """Return the number of flows in `path`, read from its folder, and the findings."""
    monkeypatch.chdir(path.parent)
    report = Report()
    reading = read_flows(Path(path.name), report, project_root=path.parent)
    return len(reading.flows), [line for line in describe_report(report) if not line.startswith("    ")]


def matches(found: list[str], expected: str) -> bool:
    head, star, _ = expected.partition("*")
    before, middle, after = expected.partition(":*:")
    if middle:
        return found[0].startswith(f"error {before}:") and after.rstrip("*").strip() in found[0]
    return found == [f"error {expected}"] if not star else found[0].startswith(f"error {head}")


@pytest.mark.parametrize("data", GOOD.values(), ids=GOOD)
def test_file_is_read(data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "flow.py").write_bytes(data)
    assert read(tmp_path / "flow.py", monkeypatch) == (1, [])
    report = Report()
    reading = read_flows(Path("flow.py"), report, project_root=tmp_path)
    [flow] = reading.flows
    [constant] = flow.constants
    source = reading.sources["flow.py"]
    assert source.data == data
    for span, text in ((flow.span, "Small"), (constant.span, "word"), (flow.steps[0].span, "start"), (flow.steps[1].span, "end")):
        start, end = source.offset(span.line, span.column), source.offset(span.end_line, span.end_column)
        assert source.text[start:end] == text


@pytest.mark.parametrize(("data", "expected"), BAD.values(), ids=BAD)
def test_file_is_refused(data: bytes, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "flow.py").write_bytes(data)
    flows, found = read(tmp_path / "flow.py", monkeypatch)
    assert flows == 0
    assert len(found) == 1
    assert matches(found, expected), found


@pytest.mark.parametrize(("data", "place", "since"), NEWER.values(), ids=NEWER)
def test_newer_python_is_named(data: bytes, place: str, since: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    (tmp_path / "flow.py").write_bytes(data)
    _, [found] = read(tmp_path / "flow.py", monkeypatch)
    if sys.version_info >= since:
        assert "FLC006" not in found
    else:
        assert found.startswith(f"error FLC006 flow.py:{place}: syntax newer than the Python that runs flowc")


def test_missing_file_and_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "folder.py").mkdir()
    assert read(tmp_path / "folder.py", monkeypatch)[1] == ["error FLC001 folder.py:1:1: cannot read folder.py: it is a directory"]
    assert read(tmp_path / "none.py", monkeypatch)[1] == ["error FLC001 none.py:1:1: cannot read none.py: no such file or directory"]


def test_pipe_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    assert read(tmp_path / "pipe.py", monkeypatch)[1] == ["error FLC001 pipe.py:1:1: cannot read pipe.py: it is not a regular file"]


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that even root cannot read")
def test_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "flow.py").symlink_to("/proc/self/mem")
    [found] = read(tmp_path / "flow.py", monkeypatch)[1]
    assert found == "error FLC001 flow.py:1:1: cannot read flow.py: input/output error"


def test_symlink_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "loop.py").symlink_to("loop.py")
    [found] = read(tmp_path / "loop.py", monkeypatch)[1]
    assert found.startswith("error FLC001 loop.py:1:1: cannot read loop.py: too many")


def test_modules_behind_symlink_loops_are_not_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "around.py").symlink_to("around.py")
    (tmp_path / "package").symlink_to("package")
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "again").symlink_to(tmp_path / "again")
    imports = "import around, package.inner, again.again.again.again\n"
    (tmp_path / "flow.py").write_text(imports + FLOW)
    assert read(tmp_path / "flow.py", monkeypatch) == (1, [])


def test_file_outside_its_root_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "flow.py").write_text(FLOW)
    with pytest.raises(UsageError, match="outside the project root"):
        read_flows(tmp_path / "flow.py", Report(), project_root=tmp_path / "root")


@pytest.mark.parametrize("mark", ["flowc.toml", "pyproject.toml", ".git"])
def test_project_root_is_the_nearest_marked_folder(mark: str, tmp_path: Path) -> None:
    folder = tmp_path / "project" / "flows"
    folder.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    (tmp_path / "project" / mark).mkdir()
    (folder / "flow.py").write_text(FLOW)
    reading = read_flows(folder / "flow.py", Report())
    assert reading.project_root == tmp_path / "project"
    assert reading.flows[0].project_path == "flows/flow.py"


def test_spelling_follows_the_given_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "flows").mkdir()
    (tmp_path / "shared.py").write_text("from flowc import FlowSpec\nclass Base(FlowSpec): x = [\n")
    (tmp_path / "flows" / "flow.py").write_text("from shared import Base\n" + FLOW)
    monkeypatch.chdir(tmp_path / "flows")
    report = Report()
    reading = read_flows(Path("flow.py"), report, project_root=tmp_path)
    assert list(reading.sources) == ["flow.py", "../shared.py"]
    assert [found.span.file for found in report.diagnostics] == ["../shared.py"]
