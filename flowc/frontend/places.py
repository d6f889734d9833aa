"""Spans of `ast` nodes: `ast` counts columns in UTF-8 bytes, spans count code points."""

import ast

from flowc.source import SourceFile, Span

Located = ast.stmt | ast.expr | ast.keyword | ast.arg | ast.alias | ast.excepthandler


class Places:
    """Turns the positions of one parsed file into spans."""

    __slots__ = ("_ascii", "_lines", "source")

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self._ascii = source.text.isascii()
        self._lines: list[str] = []

    def column(self, line: int, offset: int) -> int:
        """Return the column, in code points from 1, of a byte offset into `line`."""
        if self._ascii:
            return offset + 1
        text = self.line(line)
        if text.isascii():
            return offset + 1
        return len(text.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "replace")) + 1

    def line(self, line: int) -> str:
        """Return the text of `line`, counted as `ast` does."""
        if not self._lines:
            self._lines = self.source.text.split("\n")
        return self._lines[line - 1] if line <= len(self._lines) else ""

    def span(self, node: Located) -> Span:
        """Return the span of `node`."""
        end_line = node.end_lineno or node.lineno
        end_offset = node.col_offset if node.end_col_offset is None else node.end_col_offset
        return Span(
            self.source.name,
            node.lineno,
            self.column(node.lineno, node.col_offset),
            end_line,
            self.column(end_line, end_offset),
        )

    def name_span(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Span:
        """Return the span of the name behind `def` or `class`."""
        start = self.source.offset(node.lineno, self.column(node.lineno, node.col_offset))
        keyword = 5 if isinstance(node, ast.ClassDef) else 3
        if isinstance(node, ast.AsyncFunctionDef):
            keyword = self.source.text.find("def", start) + 3 - start
        found = self.source.text.find(node.name, start + keyword)
        if found < 0:  # the name was written in another Unicode normal form
            return self.span(node)
        line, column = self.source.position(found)
        return Span(self.source.name, line, column, line, column + len(node.name))

    def attribute_span(self, node: ast.Attribute) -> Span:
        """Return the span of the name behind the dot."""
        end_line, end_offset = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        end = self.column(end_line, end_offset)
        return Span(self.source.name, end_line, max(1, end - len(node.attr)), end_line, end)

    def body_span(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Span:
        """Return the span from the first decorator (its `@` left out) to the end of the definition."""
        span = self.span(node)
        if not node.decorator_list:
            return span
        first = self.span(node.decorator_list[0])
        return Span(span.file, first.line, first.column, span.end_line, span.end_column)

    def text(self, node: ast.expr, limit: int = 60) -> str:
        """Return the source text of `node` in one line, cut to `limit` characters."""
        span = self.span(node)
        start, end = self.source.offset(span.line, span.column), self.source.offset(span.end_line, span.end_column)
        text = " ".join(self.source.text[start : min(end, start + 4 * limit)].split())
        return text if len(text) <= limit else text[: limit - 1] + "…"
