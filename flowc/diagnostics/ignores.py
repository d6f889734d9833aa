"""Comments that silence findings on their line: `# flowc: ignore[FLC201]`, several codes with commas between them, ids or slugs."""

import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from flowc.diagnostics import codes
from flowc.diagnostics.model import Code, Diagnostic, Edit, Fix, Report
from flowc.diagnostics.pages import closest_code, code_by_name
from flowc.source import SourceFile, Span

_MARK: Final = "flowc:"
_COMMENT: Final = re.compile(r"#\s*flowc:\s*ignore\b(?P<list>\s*\[(?P<codes>[^\]]*)\])?")
_ELSEWHERE: Final = ("FLC4", "FLC5", "FLC6")
"""What targets, code packages and runs find is not known to every check, so an ignore of it may be needed elsewhere."""
NO_EFFECT: Final = "the ignore comment has no effect: without this error what is compiled would be wrong"


@dataclass(frozen=True, slots=True)
class Ignore:
    """One comment. `names` are the codes as written, `rest` is what else the line holds."""

    span: Span
    names: tuple[str, ...]
    listed: Span | None
    alone: bool

    @property
    def codes(self) -> tuple[Code, ...]:
        """The codes that are named and known."""
        return tuple(code for name in self.names if (code := code_by_name(name)) is not None)


def ignores_in(source: SourceFile) -> tuple[Ignore, ...]:
    """Return the comments of `source`; those before the first place that is no Python, where there is one."""
    if _MARK not in source.text:
        return ()
    return tuple(_ignores(source))


def _ignores(source: SourceFile) -> Iterator[Ignore]:
    try:
        for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
            if token.type == tokenize.COMMENT:
                line, column = token.start
                for found in _COMMENT.finditer(token.string):
                    yield _ignore(source.name, line, column + 1, found, alone=not token.line[:column].strip() and not found.start())
    except (tokenize.TokenError, SyntaxError):
        return


def _ignore(file: str, line: int, column: int, found: re.Match[str], *, alone: bool) -> Ignore:
    def span(group: str | int) -> Span:
        return Span(file, line, column + found.start(group), line, column + found.end(group))

    if found["list"] is None:
        return Ignore(span(0), (), None, alone)
    names = tuple(name.strip() for name in found["codes"].split(",") if name.strip())
    return Ignore(span(0), names, span("codes"), alone)


def without_ignored(
    diagnostics: tuple[Diagnostic, ...], sources: Mapping[str, SourceFile], *, complete: str | None = None
) -> tuple[Diagnostic, ...]:
    """Return the findings that no comment silences; errors that cannot be silenced say so.

    `complete` is the file of which every finding is known: its comments that silence nothing are reported.
    """
    comments = {name: ignores_in(source) for name, source in sources.items()}
    if not any(comments.values()):
        return diagnostics
    used: set[tuple[Ignore, str]] = set()
    left: list[Diagnostic] = []
    for found in diagnostics:
        by = [
            ignore for ignore in comments.get(found.span.file, ()) if ignore.span.line in _ends(found.span) and found.code in ignore.codes
        ]
        used.update((ignore, found.code.id) for ignore in by)
        if not by:
            left.append(found)
        elif found.code.structural:
            left.append(found if NO_EFFECT in found.notes else replace(found, notes=(*found.notes, NO_EFFECT)))
    report = Report()
    hidden = any(found.code.structural for found in diagnostics)
    for ignore in comments.get(complete, ()) if complete is not None else ():
        _judge(ignore, used, sources[ignore.span.file], report, hidden=hidden)
    return tuple(sorted((*left, *report.diagnostics), key=lambda found: (found.span, found.code.id, found.message)))


def _ends(span: Span) -> tuple[int, int]:
    """The first and the last line of a finding: either may carry the comment."""
    return span.line, span.end_line - 1 if span.end_column == 1 and span.end_line > span.line else span.end_line


def _judge(ignore: Ignore, used: set[tuple[Ignore, str]], source: SourceFile, report: Report, *, hidden: bool) -> None:
    """Report what is wrong with a comment; `hidden`: an error kept passes from running, so that unused is not known."""
    if not ignore.names:
        report(codes.IGNORE_WITHOUT_CODE, ignore.span, help="name the codes: # flowc: ignore[FLC201]")
        return
    unused = []
    for name in ignore.names:
        code = code_by_name(name)
        if code is None:
            close = closest_code(name)
            report(codes.UNKNOWN_IGNORE, ignore.span, name=name, help=f"did you mean {close.id}?" if close else "see `flowc explain`")
        elif not hidden and (ignore, code.id) not in used and not code.id.startswith(_ELSEWHERE):
            unused.append(name)
    for name in unused:
        report(codes.UNUSED_IGNORE, ignore.span, name=name, fix=_removal(ignore, unused, source), help="remove it")


def _removal(ignore: Ignore, unused: list[str], source: SourceFile) -> Fix:
    kept = [name for name in ignore.names if name not in unused]
    if kept and ignore.listed is not None:
        return Fix(f"keep {', '.join(kept)}", (Edit(ignore.listed, ", ".join(kept)),), safe=True)
    line, text = ignore.span.line, source.line_text(ignore.span.line)
    before, after = text[: ignore.span.column - 1], text[ignore.span.end_column - 1 :]
    if ignore.alone and not after.strip():
        return Fix("remove the line", (Edit(Span(ignore.span.file, line, 1, line + 1, 1), ""),), safe=True)
    start = len(before.rstrip()) + 1 if not after.strip() else ignore.span.column
    end = len(text) + 1 if not after.strip() else ignore.span.end_column + len(after) - len(after.lstrip())
    return Fix("remove the comment", (Edit(Span(ignore.span.file, line, start, line, end), ""),), safe=True)
