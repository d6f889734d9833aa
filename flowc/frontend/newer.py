"""Finds syntax that libcst reads and the running Python does not. Imports libcst: only `syntax.py` loads this, after a refusal."""

import ast
import sys
from typing import Final

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from flowc.source import SourceFile, Span

_SINCE: Final = {
    "TypeAlias": ((3, 12), "type statement (Python 3.12)"),
    "TypeParameters": ((3, 12), "type parameters (Python 3.12)"),
    "TemplatedString": ((3, 14), "template string (Python 3.14)"),
    "LazyImport": ((3, 15), "lazy import (Python 3.15)"),
}
"""Node classes by the Python that first read them: https://docs.python.org/3/whatsnew/"""


def first_newer_construct(module: cst.Module, source: SourceFile) -> tuple[Span, str] | None:
    """Return where `module` first uses syntax newer than this Python, and what it is; None where nothing known is found."""
    finder = _Finder(source.name)
    MetadataWrapper(module, unsafe_skip_copy=True).visit(finder)
    return min(finder.found, key=lambda found: found[0], default=None)


class _Finder(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, file: str) -> None:
        super().__init__()
        self._file = file
        self.found: list[tuple[Span, str]] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        construct = _construct(node)
        if construct is not None:
            place = self.get_metadata(PositionProvider, node)
            span = Span(self._file, place.start.line, place.start.column + 1, place.end.line, place.end.column + 1)
            self.found.append((span, construct))
        return True


def _construct(node: cst.CSTNode) -> str | None:
    known = _SINCE.get(type(node).__name__)
    if known is not None:
        return known[1] if sys.version_info < known[0] else None
    match node:
        case cst.FormattedString() if sys.version_info < (3, 12) and _refused(cst.Module(()).code_for_node(node)):
            return "f-string with quotes, backslashes, comments or line ends inside (Python 3.12)"
        case cst.ExceptHandler(type=cst.Tuple(lpar=())) if sys.version_info < (3, 14):
            return "several exception types without parentheses (Python 3.14)"
        case cst.ListComp(elt=cst.StarredElement()) | cst.SetComp(elt=cst.StarredElement()) | cst.GeneratorExp(elt=cst.StarredElement()):
            return "unpacking in a comprehension (Python 3.15)" if sys.version_info < (3, 15) else None
    return None


def _refused(expression: str) -> bool:
    try:
        ast.parse(expression, mode="eval")
    except SyntaxError:
        return True
    return False
