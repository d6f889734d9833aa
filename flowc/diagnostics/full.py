"""The format for people: headline, place, excerpt, notes, help."""

from collections.abc import Mapping, Sequence

from flowc.diagnostics.display import plain
from flowc.diagnostics.excerpt import Mark, excerpt
from flowc.diagnostics.model import Diagnostic, Label
from flowc.diagnostics.paint import Paint
from flowc.source import SourceFile, Span


def render_full(diagnostics: Sequence[Diagnostic], sources: Mapping[str, SourceFile], *, color: bool) -> str:
    """Return each finding with its excerpt, an empty line after each; a place whose source is missing gets no excerpt."""
    return "".join("\n".join(_block(found, sources, color)) + "\n\n" for found in diagnostics)


def _block(found: Diagnostic, sources: Mapping[str, SourceFile], color: bool) -> list[str]:
    paint = Paint(found.severity, color)
    spans = [found.span, *(label.span for label in found.labels)]
    gutter = max(len(str(max(span.line, span.end_line))) for span in spans)
    out = [paint.severity(f"{found.severity.value}[{found.code.id}]") + paint.strong(f": {plain(found.message)}")]
    for number, (file, marks) in enumerate(_by_file(found).items()):
        arrow = ":::" if number else "-->"
        out.append(" " * gutter + paint.place(arrow) + f" {plain(str(marks[0].span))}")
        source = sources.get(file)
        if source is None or _whole_file(marks):
            out.extend(_row("note", _said(mark), gutter, paint) for mark in marks if mark.text)
            continue
        bar = paint.place(" " * gutter + " |")
        out.extend([bar, *excerpt(source, marks, gutter, paint), bar])
    out.extend(_row("note", note, gutter, paint) for note in found.notes)
    if found.help:
        out.append(_row("help", found.help, gutter, paint))
    if found.fix:
        out.append(_row("fix", found.fix.title, gutter, paint))
    while out[-1] == paint.place(" " * gutter + " |"):
        out.pop()
    return out


def _by_file(found: Diagnostic) -> dict[str, list[Mark]]:
    files: dict[str, list[Mark]] = {found.span.file: [Mark(found.span, found.label, primary=True)]}
    for label in found.labels:
        files.setdefault(label.span.file, []).append(_second(label))
    return files


def _said(mark: Mark) -> str:
    return f"{mark.text}" if mark.primary else f"{mark.span.line}:{mark.span.column}: {mark.text}"


def _second(label: Label) -> Mark:
    return Mark(label.span, label.text, primary=False)


def _whole_file(marks: Sequence[Mark]) -> bool:
    return all(_empty_top(mark.span) for mark in marks)


def _empty_top(span: Span) -> bool:
    return (span.line, span.column, span.end_line, span.end_column) == (1, 1, 1, 1)


def _row(kind: str, text: str, gutter: int, paint: Paint) -> str:
    lead = f"{' ' * gutter} = "
    first, *rest = text.split("\n")
    lines = [paint.place(lead) + paint.strong(f"{kind}: ") + plain(first)]
    lines.extend(" " * (len(lead) + len(kind) + 2) + plain(line) for line in rest)
    return "\n".join(line.rstrip() for line in lines)
