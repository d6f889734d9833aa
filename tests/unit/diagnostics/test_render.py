"""Renderers: what stands on the screen, to the column."""

import json
import re
from textwrap import dedent

import pytest

from flowc.diagnostics import Code, Edit, Fix, Label, Report, Severity
from flowc.diagnostics.display import shown
from flowc.diagnostics.render import FORMATS, render
from flowc.diagnostics.summary import summarise
from flowc.source import SourceFile, Span, start_of

ERROR = Code("FLC999", "some-code", "{what}")
WARNING = Code("FLC998", "other-code", "{what}", Severity.WARNING)


def source(text: str, name: str = "a.py") -> dict[str, SourceFile]:
    return {name: SourceFile(name, name, text.encode("utf-8", "surrogatepass"), text)}


def at(line: int, column: int, end_column: int, *, end_line: int | None = None, file: str = "a.py") -> Span:
    return Span(file, line, column, end_line or line, end_column)


def full(text: str, span: Span, **more: object) -> str:
    report = Report()
    report(ERROR, span, what="headline", **more)  # type: ignore[arg-type]
    return render(report.diagnostics, source(text), format="full")


def excerpt(text: str, span: Span, **more: object) -> str:
    """The rendering without headline and arrow."""
    return "".join(line + "\n" for line in full(text, span, **more).splitlines()[2:])


def test_full_has_every_part_in_order() -> None:
    found = full(
        "one = 1\ntwo = 2\n",
        at(2, 1, 4),
        label="here",
        labels=[Label(at(1, 1, 4), "there")],
        notes=["a note"],
        help="a way out\non two lines",
        fix=Fix("rename it", (Edit(at(2, 1, 4), "three"),)),
    )
    assert found == dedent(
        """\
        error[FLC999]: headline
         --> a.py:2:1
          |
        1 | one = 1
          | --- there
        2 | two = 2
          | ^^^ here
          |
          = note: a note
          = help: a way out
                  on two lines
          = fix: rename it

        """
    )


@pytest.mark.parametrize(
    ("text", "span", "row"),
    [
        ("\t\tself.next()", at(1, 3, 7), "        ^^^^"),
        ("a\tb = 1", at(1, 3, 4), "    ^"),
        ("x = '日本' + y", at(1, 12, 13), "             ^"),
        ("x = '日本'", at(1, 6, 8), "     ^^^^"),
        ("x = 'e\u0301' + y", at(1, 12, 13), "          ^"),
        ("x = '\x1b[31m'", at(1, 6, 7), "     ^^^^^^^^"),
        ("abc", at(1, 2, 99), " ^^"),
        ("abc", at(1, 9, 12), "   ^"),
        ("abc", at(1, 2, 2), " ^"),
        ("abc", at(1, 3, 1), "  ^"),
        ("", at(1, 2, 4), "^"),
    ],
)
def test_caret_stands_under_the_span(text: str, span: Span, row: str) -> None:
    assert excerpt(text, span).splitlines()[2] == f"  | {row}"


def test_control_characters_never_reach_the_terminal() -> None:
    text = full("x = '\x1b[31m\u202e'", at(1, 1, 2), help="\x1b[2J", label="\x9b")
    assert not set(text) & set("\x1b\x9b\u202e")


def test_a_line_past_the_end_of_the_file_is_shown_empty() -> None:
    assert excerpt("x = 1\n", at(7, 1, 2)) == "  |\n7 |\n  | ^\n\n"


def test_a_span_over_lines_is_marked_on_each() -> None:
    assert excerpt("call(\n    1,\n\n    2,\n)\n", at(1, 1, 2, end_line=5), label="all") == dedent(
        """\
          |
        1 | call(
          | ^^^^^
        2 |     1,
          |     ^^
        3 |
        4 |     2,
          |     ^^
        5 | )
          | ^ all

        """
    )


def test_a_long_span_shows_its_ends() -> None:
    text = "call(\n" + "    1,\n" * 50 + ")\n"
    assert excerpt(text, at(1, 1, 2, end_line=52), label="all") == dedent(
        """\
           |
         1 | call(
           | ^^^^^
        ...
        52 | )
           | ^ all

        """
    )


def test_an_end_at_the_start_of_a_line_belongs_to_the_line_before() -> None:
    assert excerpt("abc\ndef\n", at(1, 2, 1, end_line=2)) == "  |\n1 | abc\n  |  ^^\n\n"


def test_places_on_one_line_get_a_row_each() -> None:
    assert excerpt("alpha = beta + gamma", at(1, 16, 21), label="g", labels=[Label(at(1, 1, 6), "a"), Label(at(1, 9, 13), "b")]) == dedent(
        """\
          |
        1 | alpha = beta + gamma
          |                ^^^^^ g
          |         ---- b
          | ----- a

        """
    )


def test_a_long_line_is_cut_around_the_span() -> None:
    line = excerpt("x" * 5000 + "HERE" + "y" * 5000, at(1, 5001, 5005)).splitlines()
    assert len(line[1]) < 160
    start = line[2].index("^")
    assert line[1][start : start + 4] == "HERE"
    assert line[1].count("…") == 2


def test_the_other_file_has_its_own_excerpt_and_a_missing_one_none() -> None:
    report = Report()
    labels = [Label(at(1, 1, 4, file="b.py"), "base"), Label(at(9, 2, 4, file="gone.py"), "lost")]
    report(ERROR, at(1, 1, 4), what="headline", labels=labels)
    text = render(report.diagnostics, {**source("one\n"), **source("two\n", "b.py")}, format="full")
    assert text == dedent(
        """\
        error[FLC999]: headline
         --> a.py:1:1
          |
        1 | one
          | ^^^
          |
         ::: b.py:1:1
          |
        1 | two
          | --- base
          |
         ::: gone.py:9:2
          = note: 9:2: lost

        """
    )


def test_a_finding_about_the_whole_file_has_no_excerpt() -> None:
    assert full("one\n", start_of("a.py"), help="do") == "error[FLC999]: headline\n --> a.py:1:1\n  = help: do\n\n"


def test_headline_stays_on_one_line_in_every_text_format() -> None:
    report = Report()
    report(ERROR, at(1, 1, 2), what="two\nlines\r\x1b")
    for form in FORMATS:
        text = render(report.diagnostics, source("x\n"), format=form)
        assert "two\nlines" not in text
        assert "\x1b" not in text or form == "github"


def test_concise() -> None:
    report = Report()
    report(ERROR, at(2, 3, 4), what="headline")
    report(WARNING, at(3, 1, 2), what="other")
    assert render(report.diagnostics, {}, format="concise") == "a.py:2:3: error[FLC999] headline\na.py:3:1: warning[FLC998] other\n"


def test_json_has_the_documented_form() -> None:
    report = Report()
    report(
        ERROR,
        at(2, 3, 5),
        what="höadline",
        labels=[Label(at(1, 1, 2), "there")],
        help="do",
        fix=Fix("rename", (Edit(at(2, 3, 5), "x"),), safe=True),
    )
    text = render(report.diagnostics, {}, format="json")
    assert text.isascii()
    assert json.loads(text) == {
        "schema": 1,
        "diagnostics": [
            {
                "code": "FLC999",
                "slug": "some-code",
                "severity": "error",
                "message": "höadline",
                "file": "a.py",
                "line": 2,
                "column": 3,
                "end_line": 2,
                "end_column": 5,
                "label": None,
                "labels": [{"file": "a.py", "line": 1, "column": 1, "end_line": 1, "end_column": 2, "text": "there"}],
                "notes": [],
                "help": "do",
                "fix": {
                    "title": "rename",
                    "safe": True,
                    "edits": [{"file": "a.py", "line": 2, "column": 3, "end_line": 2, "end_column": 5, "text": "x"}],
                },
            }
        ],
    }


def test_no_findings_are_no_text_but_still_json() -> None:
    assert [render([], {}, format=form) for form in FORMATS if form not in ("json", "sarif")] == ["", "", ""]
    assert json.loads(render([], {}, format="json")) == {"schema": 1, "diagnostics": []}


def test_github_escapes_what_would_end_a_command() -> None:
    report = Report()
    report(ERROR, at(2, 3, 5, file="a,b:c.py"), what="100% sure\nof it", help="do")
    assert render(report.diagnostics, {}, format="github") == (
        "::error file=a%2Cb%3Ac.py,line=2,col=3,endColumn=4,title=FLC999 some-code::100%25 sure%0Aof it%0Ahelp: do\n"
    )


def test_colour_only_on_request_and_only_dress() -> None:
    report = Report()
    report(ERROR, at(1, 1, 2), what="headline", label="here", notes=["n"], help="h")
    bare = render(report.diagnostics, source("x\n"), format="full")
    dressed = render(report.diagnostics, source("x\n"), format="full", color=True)
    assert "\x1b[" not in bare
    assert dressed != bare
    assert re.sub(r"\x1b\[[0-9;]*m", "", dressed) == bare


def test_summary_counts_and_names() -> None:
    report = Report()
    report(ERROR, at(1, 1, 2), what="a")
    report(ERROR, at(2, 1, 2), what="b")
    report(WARNING, at(3, 1, 2), what="c")
    assert summarise(report.diagnostics, ["train.py"]) == "2 errors, 1 warning in train.py"
    assert summarise(report.diagnostics[2:], ["train.py", "train.py", "b.py"]) == "1 warning in 2 files"
    assert summarise([], ["train.py"]) == "no errors in train.py"


@pytest.mark.parametrize("start", range(0, 320, 7))
def test_a_window_keeps_columns_and_text_together(start: int) -> None:
    line = shown("\tab" + "".join(map(chr, range(0x100, 0x200))))
    window = line.window(start, 60)
    visible = [index for index in range(1, len(line.parts)) if window.columns[index] < window.columns[index + 1]]
    assert [window.text[window.columns[index]] for index in visible] == [line.parts[index] for index in visible]
    assert 50 < len(visible) <= 60


def test_a_window_past_the_end_shows_the_end() -> None:
    assert shown("x" * 300).window(500, 60).text == "…" + "x" * 60
