"""Named literals in a text, whatever its language: `API_TOKEN = "…"`, `"password": "…"`, `secret: str = '…'`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_TELLING: Final = re.compile(r"passw|passphrase|passcode|pwd|secret|token|key|credential", re.IGNORECASE)
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
    done = -1
    for telling in _TELLING.finditer(text):
        if telling.start() < done:
            continue
        begin = text.rfind("\n", 0, telling.start()) + 1
        end = text.find("\n", telling.start())
        done = len(text) if end < 0 else end
        if done - begin > 2_000:
            begin, done = max(begin, telling.start() - 100), min(done, telling.start() + 600)
        for match in _ASSIGNED.finditer(text, begin, done):
            yield NamedLiteral(match["name"], match["value"], match.start("value"), match.end("value"))


def unquoted_literals(text: str) -> Iterator[NamedLiteral]:
    """Yield the texts without quotes of a YAML, INI or properties file, one a line: `password: …`."""
    if _TELLING.search(text):
        for match in _UNQUOTED.finditer(text):
            yield NamedLiteral(match["name"], match["value"], match.start("value"), match.end("value"))
