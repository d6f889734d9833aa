"""Source text and places in it: the lowest layer, which everything else may import."""

from bisect import bisect_right
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of one file: lines and columns count from 1, columns in code points, the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


def start_of(file: str) -> Span:
    """Return the empty span at the top of `file`, for findings about the file as a whole."""
    return Span(file, 1, 1, 1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class SourceFile:
    """One file as read: `name` is how diagnostics spell it, `project_path` is posix and relative to the project root."""

    name: str
    project_path: str
    data: bytes = field(repr=False)
    text: str = field(repr=False)
    _starts: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        starts = [0]
        found = self.text.find("\n")
        while found >= 0:
            starts.append(found + 1)
            found = self.text.find("\n", found + 1)
        object.__setattr__(self, "_starts", tuple(starts))

    def line_text(self, line: int) -> str:
        """Return the text of `line` (from 1) without its line end; empty past the end of the file."""
        if not 1 <= line <= len(self._starts):
            return ""
        start = self._starts[line - 1]
        end = self._starts[line] - 1 if line < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r")

    def position(self, offset: int) -> tuple[int, int]:
        """Return (line, column) of a code-point offset into `text`."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        """Return the code-point offset of (line, column); the inverse of `position`."""
        return self._starts[line - 1] + column - 1
