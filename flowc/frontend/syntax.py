"""Text to `ast`. What `ast` refuses and libcst accepts is syntax newer than the Python that runs flowc."""

import ast
import platform
import warnings

from flowc.diagnostics import codes
from flowc.diagnostics.model import Report
from flowc.frontend.nesting import is_shallow
from flowc.frontend.slices import statement_around
from flowc.source import SourceFile, Span, start_of


def parse(source: SourceFile, report: Report) -> ast.Module | None:
    """Return the parsed file, or None after reporting why it cannot be parsed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source.text, filename=source.name)
    except SyntaxError as error:
        _report_refusal(source, error, report)
    except (RecursionError, MemoryError):
        report(
            codes.TOO_DEEP,
            start_of(source.name),
            notes=("Python itself cannot compile this file either",),
            help="split the longest expression or elif chain; sum() and a dict read better than thousands of terms",
        )
    except ValueError as error:
        report(codes.SYNTAX_ERROR, start_of(source.name), reason=str(error))
    return None


def _report_refusal(source: SourceFile, error: SyntaxError, report: Report) -> None:
    found = _newer_syntax(source, max(error.lineno or 1, 1))
    if found is not None:
        span, construct = found
        report(
            codes.NEWER_SYNTAX,
            span,
            version=".".join(platform.python_version_tuple()[:2]),
            label=construct,
            help="run flowc with the Python that the flow is written for, or write it in older syntax",
        )
        return
    report(codes.SYNTAX_ERROR, _place_of(source, error), reason=error.msg)


def _place_of(source: SourceFile, error: SyntaxError) -> Span:
    line, column = max(error.lineno or 1, 1), max(error.offset or 1, 1)
    end_line, end_column = error.end_lineno or line, error.end_offset or column + 1
    if (end_line, end_column) <= (line, column):
        end_line, end_column = line, column + 1
    return Span(source.name, line, column, end_line, end_column)


def _newer_syntax(source: SourceFile, line: int) -> tuple[Span, str] | None:
    """Return the construct near `line` that libcst knows and this Python does not; None where libcst refuses it too."""
    found = statement_around(source.text, line)
    if found is None or not is_shallow(found.text):
        return None
    import libcst

    from flowc.frontend.newer import first_newer_construct

    try:
        return first_newer_construct(libcst.parse_module(found.text), source.name, found)
    except (libcst.ParserSyntaxError, libcst.CSTValidationError, RecursionError, ValueError):
        return None
