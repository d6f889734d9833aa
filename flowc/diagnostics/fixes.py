"""Suggested edits: kept where the source reads as they expect, and the safe ones written into a file whose other bytes stay."""

import ast
import io
import re
import tokenize
from collections.abc import Mapping, Sequence
from dataclasses import replace

from flowc.diagnostics.model import Diagnostic, Edit
from flowc.source import SourceFile, Span


def with_sound_fixes(diagnostics: tuple[Diagnostic, ...], sources: Mapping[str, SourceFile]) -> tuple[Diagnostic, ...]:
    """Return the findings, without fixes whose edits expect other text than what the sources hold."""
    return tuple(
        found if found.fix is None or all(_fits(edit, sources) for edit in found.fix.edits) else replace(found, fix=None)
        for found in diagnostics
    )


def fixed(source: SourceFile, diagnostics: Sequence[Diagnostic]) -> tuple[bytes, int]:
    """Return the file with the safe fixes that lie in it alone, and how many findings they mend; of two that overlap the first.

    Where the result would be no Python, or the encoding cannot write it, the file stays as it is.
    """
    taken: list[tuple[int, int, str]] = []
    count = 0
    for found in diagnostics:
        if found.fix is None or not found.fix.safe or any(edit.span.file != source.name for edit in found.fix.edits):
            continue
        wanted = [(*_offsets(edit.span, source), edit.text) for edit in found.fix.edits]
        new = [edit for edit in wanted if edit not in taken]
        if not any(start < end and begin < stop for start, stop, _ in taken for begin, end, _ in new):
            taken.extend(new)
            count += 1
    if not taken:
        return source.data, 0
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source.data).readline)
        text = source.data.decode(encoding)
        if text.encode(encoding) != source.data or len(text) != len(source.text):
            return source.data, 0
        for start, stop, inserted in sorted(taken, reverse=True):
            text = text[:start] + inserted + text[stop:]
        data = text.encode(encoding)
        ast.parse(data)
    except (SyntaxError, ValueError, LookupError, RecursionError, MemoryError):
        return source.data, 0
    return data, count


def _fits(edit: Edit, sources: Mapping[str, SourceFile]) -> bool:
    source = sources.get(edit.span.file)
    if source is None:
        return False
    if edit.was is None:
        return True
    start, stop = _offsets(edit.span, source)
    return re.fullmatch(edit.was, source.text[start:stop]) is not None


def _offsets(span: Span, source: SourceFile) -> tuple[int, int]:
    return _offset(source, span.line, span.column), _offset(source, span.end_line, span.end_column)


def _offset(source: SourceFile, line: int, column: int) -> int:
    lines = source.text.count("\n") + 1
    return min(source.offset(line, column), len(source.text)) if line <= lines else len(source.text)
