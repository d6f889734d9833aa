"""Source excerpts: the lines around a finding, with carets under the smallest span and dashes under the places that belong to it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flowc.diagnostics.display import ShownLine, plain, shown, width_of
from flowc.diagnostics.paint import Paint
from flowc.source import SourceFile, Span

MAX_WIDTH = 140
CONTEXT_LEFT = 40
WHOLE_UP_TO = 4


@dataclass(frozen=True, slots=True)
class Mark:
    """One place to underline; `text` stands behind the underline."""

    span: Span
    text: str | None
    primary: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """The part of a mark on one line, in code points from 0; `end` is exclusive and always behind `start`."""

    start: int
    end: int
    text: str | None
    primary: bool


def excerpt(source: SourceFile, marks: Sequence[Mark], gutter: int, paint: Paint) -> list[str]:
    """Return the printed lines that show `marks` in `source`; `gutter` is the width of the line numbers."""
    by_line: dict[int, list[Stretch]] = {}
    for mark in marks:
        for line, stretch in _stretches(source, mark):
            by_line.setdefault(line, []).append(stretch)
    out: list[str] = []
    previous = 0
    for line in sorted(by_line):
        if previous and line == previous + 2:
            out.append(_numbered(previous + 1, _window(shown(source.line_text(previous + 1)), []).text, gutter, paint))
        elif previous and line > previous + 1:
            out.append(paint.place("..."))
        text = _window(shown(source.line_text(line)), by_line[line])
        out.append(_numbered(line, text.text, gutter, paint))
        out.extend(paint.place(f"{' ' * gutter} |") + " " + row for row in _underlines(text, by_line[line], paint))
        previous = line
    return out


def _numbered(line: int, text: str, gutter: int, paint: Paint) -> str:
    return paint.place(f"{line:>{gutter}} |") + (f" {text.rstrip()}" if text.strip() else "")


def _stretches(source: SourceFile, mark: Mark) -> Iterator[tuple[int, Stretch]]:
    first, start, last, end = mark.span.line, mark.span.column - 1, mark.span.end_line, mark.span.end_column - 1
    if last > first and end <= 0:
        last, end = last - 1, len(source.line_text(last - 1))
    if last <= first:
        length = len(source.line_text(first))
        start = min(max(start, 0), length)
        end = min(end, length) if last == first else start
        yield first, Stretch(start, max(end, start + 1), mark.text, mark.primary)
        return
    lines = range(first, last + 1) if last - first <= WHOLE_UP_TO else (first, last)
    for line in lines:
        text = source.line_text(line)
        indent = len(text) - len(text.lstrip())
        begin = min(start, len(text)) if line == first else min(indent, len(text))
        stop = min(end, len(text)) if line == last else len(text)
        if text.strip() or line in (first, last):
            yield line, Stretch(begin, max(stop, begin + 1), mark.text if line == last else None, mark.primary)


def _window(line: ShownLine, stretches: Sequence[Stretch]) -> ShownLine:
    first = min((stretch for stretch in stretches), key=lambda stretch: (not stretch.primary, stretch.start), default=None)
    start = line.columns[min(first.start, len(line.columns) - 1)] if first else 0
    return line.window(0 if start < MAX_WIDTH - CONTEXT_LEFT else start - CONTEXT_LEFT, MAX_WIDTH)


def _underlines(line: ShownLine, stretches: Sequence[Stretch], paint: Paint) -> Iterator[str]:
    """Yield one row per mark, the rightmost first; a mark without text shares the row of the mark to its right."""
    rows: list[list[tuple[int, int, Stretch]]] = []
    for stretch in sorted(stretches, key=lambda stretch: (stretch.start, stretch.primary), reverse=True):
        start = _cell(line, stretch.start)
        end = max(_cell(line, stretch.end), start + 1)
        if rows and stretch.text is None and end < rows[-1][-1][0]:
            rows[-1].append((start, end, stretch))
        else:
            rows.append([(start, end, stretch)])
    for row in rows:
        out, column = "", 0
        for start, end, stretch in reversed(row):
            sign = "^" if stretch.primary else "-"
            text = sign * (end - start) + (f" {plain(stretch.text)}" if stretch.text else "")
            out += " " * (start - column) + (paint.severity(text) if stretch.primary else paint.place(text))
            column = start + sum(map(width_of, text))
        yield out


def _cell(line: ShownLine, code_point: int) -> int:
    beyond = max(code_point - (len(line.columns) - 1), 0)
    return line.columns[min(code_point, len(line.columns) - 1)] + beyond
