"""Named literals in a text, whatever its language: `API_TOKEN = "…"`, `"password": "…"`, `secret: str = '…'`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_TELLING: Final = ("passw", "passphrase", "passcode", "pwd", "secret", "token", "key", "credential")
_LONG_LINE: Final = 2_000
_ASSIGNED: Final = re.compile(
    r"(?P<name>[A-Za-z_][\w.-]{0,60})[\"']?\]?\s*"
    r"(?::\s*(?:str|Final(?:\[str\])?|str \| None|Optional\[str\])\s*=|=(?!=)|:|,\s*default\s*=)\s*"
    r"(?P<prefix>[rRbBuU]{0,2})(?P<quote>[\"'])(?P<value>[^\"'\\\n]{4,300})(?P=quote)"
)

_UNQUOTED: Final = re.compile(r"^[ \t-]*(?P<name>[A-Za-z_][\w.-]{0,60})[ \t]*[:=][ \t]*(?P<value>[^\s\"'#]{4,300})[ \t]*\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class NamedLiteral:
    """A text under a name; code points from `start` to `end` are the text without its quotes."""

    name: str
    value: str
    start: int
    end: int


def named_literals(text: str) -> Iterator[NamedLiteral]:
    """Yield the literals of `text` under names that may tell of a secret, line by line."""
    for begin, end in _telling_lines(text):
        for match in _ASSIGNED.finditer(text, begin, end):
            yield NamedLiteral(match["name"], match["value"], match.start("value"), match.end("value"))


def _telling_lines(text: str) -> list[tuple[int, int]]:
    """Where the lines are that hold a telling word; of a long line what is around the word."""
    lowered = text.lower() if text.isascii() else "".join(sign.lower() if sign.isascii() else sign for sign in text)
    found: set[tuple[int, int]] = set()
    for word in _TELLING:
        at = lowered.find(word)
        while at >= 0:
            begin, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
            end = len(text) if end < 0 else end
            if end - begin > _LONG_LINE:
                begin, end = max(begin, at - 100), min(end, at + 600)
            found.add((begin, end))
            at = lowered.find(word, end)
    return sorted(found)


def unquoted_literals(text: str) -> Iterator[NamedLiteral]:
    """Yield the texts without quotes of a YAML, INI or properties file, one a line: `password: …`."""
    if _telling_lines(text):
        for match in _UNQUOTED.finditer(text):
            yield NamedLiteral(match["name"], match["value"], match.start("value"), match.end("value"))
