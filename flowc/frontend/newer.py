"""Finds syntax that libcst reads and the running Python does not. Imports libcst: only `syntax.py` loads this, after a refusal."""

import ast
import sys
from typing import Final

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from flowc.frontend.slices import Slice
from flowc.source import Span

_SINCE: Final = {
    "TypeAlias": ((3, 12), "type statement (Python 3.12)"),
    "TypeParameters": ((3, 12), "type parameters (Python 3.12)"),
    "TemplatedString": ((3, 14), "template string (Python 3.14)"),
    "LazyImport": ((3, 15), "lazy import (Python 3.15)"),
}
"""Node classes by the Python that first read them: https://docs.python.org/3/whatsnew/"""


def first_newer_construct(module: cst.Module, file: str, part: Slice) -> tuple[Span, str] | None:
    """Return where `module`, read from a slice of `file`, first uses syntax newer than this Python, and what it is; else None."""
    finder = _Finder(file, part)
    MetadataWrapper(module, unsafe_skip_copy=True).visit(finder)
    return min(finder.found, key=lambda found: found[0], default=None)


class _Finder(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, file: str, part: Slice) -> None:
        super().__init__()
        self._file = file
        self._down = part.first - 1
        self._right = part.indent + 1
        self.found: list[tuple[Span, str]] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        construct = _construct(node)
        if construct is not None:
            place = self.get_metadata(PositionProvider, node)
            start, end = place.start, place.end
            span = Span(self._file, start.line + self._down, start.column + self._right, end.line + self._down, end.column + self._right)
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
