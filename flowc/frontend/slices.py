"""The statement around a line, cut out of a text that `ast` refuses: so libcst reads a method, not a file of a megabyte."""

import io
import token
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_CONTINUES: Final = frozenset({"else", "elif", "except", "finally"})
_BLANK: Final = frozenset({token.INDENT, token.DEDENT, tokenize.NL, token.COMMENT})


@dataclass(frozen=True, slots=True)
class Slice:
    """Lines of a text, their indentation taken off: `first` is the number of the first, `indent` what was taken off."""

    text: str
    first: int
    indent: int


def statement_around(text: str, line: int) -> Slice | None:
    """Return the statement of the module, or the member of a class, that holds `line`; None where the text has no tokens."""
    start = end = None
    indent = 0
    try:
        for number, depth, column in _starts(text):
            if number <= line:
                start, indent = number, column
            elif start is not None and depth <= 1:
                end = number
                break
    except (tokenize.TokenError, SyntaxError):
        return None
    if start is None:
        return None
    lines = text.split("\n")[start - 1 : end - 1 if end is not None else None]
    return Slice("\n".join(one[indent:] if not one[:indent].strip() else one for one in lines) + "\n", start, indent)


def _starts(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield (line, depth, column) of the statements of the module and of the members of its classes, decorators included."""
    depth = 0
    fresh, decorated, in_class = True, False, False
    for found in tokenize.generate_tokens(io.StringIO(text).readline):
        depth += (found.type == token.INDENT) - (found.type == token.DEDENT)
        if found.type == token.NEWLINE:
            fresh = True
        elif fresh and found.type not in _BLANK:
            fresh = False
            if depth == 0:
                in_class = found.string == "class"
            if (depth == 0 or (depth == 1 and in_class)) and not decorated and found.string not in _CONTINUES:
                yield found.start[0], depth, found.start[1]
            decorated = found.string == "@"
