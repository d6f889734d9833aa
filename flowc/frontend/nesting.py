"""Whether a text is shallow enough for libcst, whose parser ends the process on code that nests some thousand levels deep.

Seen with libcst 1.9: 2,000 open brackets, 100,000 signs, attributes or elifs are a segmentation fault, not an exception.
"""

import io
import token
import tokenize
from typing import Final

_MAX_BRACKETS: Final = 200
"""CPython's own limit: https://github.com/python/cpython/blob/3.11/Parser/tokenizer.h (MAXLEVEL)."""
_MAX_CHAIN: Final = 500
"""Tokens that may nest in one another: those between two commas, on every open level together."""
_MAX_ELIFS: Final = 500
_MAX_INDENTS: Final = 100


def is_shallow(text: str) -> bool:
    """Return whether no expression or block of `text` can nest deeply; False too for text that has no tokens."""
    levels = [0]
    chained = elifs = indents = 0
    try:
        for found in tokenize.generate_tokens(io.StringIO(text).readline):
            if found.type == token.NEWLINE:
                levels, chained = [0], 0
            elif found.type == token.INDENT:
                indents += 1
            elif found.type == token.DEDENT:
                indents -= 1
            elif found.type == token.OP and found.string in "([{":
                levels.append(0)
            elif found.type == token.OP and found.string in ")]}" and len(levels) > 1:
                chained -= levels.pop() - 1
                levels[-1] += 1
            elif found.type == token.OP and found.string == ",":
                chained -= levels[-1]
                levels[-1] = 0
            else:
                levels[-1] += 1
                chained += 1
                elifs += found.string == "elif"
            if len(levels) > _MAX_BRACKETS or chained > _MAX_CHAIN or elifs > _MAX_ELIFS or indents > _MAX_INDENTS:
                return False
    except (tokenize.TokenError, SyntaxError):
        return False
    return True
