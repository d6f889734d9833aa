"""How text of users looks on a terminal: widths, tabs, and what must not reach a terminal as it is.

Widths follow Unicode Standard Annex 11 as `unicodedata` of the running Python knows it.
"""

import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

TAB = 4
ELLIPSIS = "…"
_BIDI = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _hidden(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or char in _BIDI


def width_of(char: str) -> int:
    """Return how many cells `char` takes: 0 for combining marks, 2 for wide characters, else 1."""
    if char.isascii():
        return 1
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def plain(text: str) -> str:
    """Return `text` on one line and without control characters, which are written as Python escapes."""
    if text.isprintable():
        return text
    return "".join(char.encode("unicode_escape").decode("ascii") if _hidden(char) else char for char in text)


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A source line as printed: what stands for each code point, and the cell where it begins; one more entry for the end."""

    parts: tuple[str, ...]
    columns: tuple[int, ...]

    @property
    def text(self) -> str:
        """The line as one string."""
        return "".join(self.parts)

    def window(self, start: int, width: int) -> "ShownLine":
        """Return about `width` cells of the line from cell `start`, or its last ones; cut ends are marked by an ellipsis."""
        if self.columns[-1] <= width:
            return self
        first = bisect_left(self.columns, min(start, self.columns[-1] - width))
        origin = self.columns[first]
        last = max(bisect_right(self.columns, origin + width) - 1, first)
        lead = ELLIPSIS if first else ""
        tail = ELLIPSIS if last < len(self.parts) else ""
        end = self.columns[last]
        columns = tuple(min(max(column, origin), end) - origin + len(lead) for column in self.columns)
        parts = tuple(part if first <= index < last else "" for index, part in enumerate(self.parts))
        return ShownLine((lead, *parts, tail), columns)


def shown(line: str) -> ShownLine:
    """Return `line` ready to print: tabs become blanks, control characters a visible `<U+001B>`."""
    parts: list[str] = []
    columns = [0]
    for char in line:
        column = columns[-1]
        if char == "\t":
            part = " " * (TAB - column % TAB)
        elif _hidden(char):
            part = f"<U+{ord(char):04X}>"
        else:
            part = char
        parts.append(part)
        columns.append(column + (len(part) if len(part) > 1 else width_of(part)))
    return ShownLine(tuple(parts), tuple(columns))
