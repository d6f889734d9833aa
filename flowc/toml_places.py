"""Where in a TOML file the strings of a list stand: `tomllib` says what a file holds, not where."""

import re
import tomllib
from collections.abc import Collection, Mapping

from flowc.source import SourceFile, Span

_LINE = re.compile(r"^[ \t]*(?:\[(?P<table>[^\[\]\n]+)\][ \t]*(?:#.*)?$|(?P<key>[\w-]+)[ \t]*=[ \t]*(?P<list>\[)?)", re.MULTILINE)
_TOKEN = re.compile(r"""(?P<text>"(?:\\.|[^"\\\n])*"|'[^'\n]*')|\#[^\n]*|(?P<end>\])""")


def places_of_list(source: SourceFile, tables: Collection[str], key: str) -> Mapping[str, Span]:
    """Return the span of each string in the lists called `key` of `tables` ("" is the top of the file); of equal ones the last.

    A list written as something else than `key = [...]` in a table with a head of its own is not found.
    """
    found: dict[str, Span] = {}
    table = ""
    for line in _LINE.finditer(source.text):
        if line["table"] is not None:
            table = ".".join(part.strip().strip("\"'") for part in line["table"].split("."))
        elif line["key"] == key and line["list"] and table in tables:
            found.update(_strings(source, line.end()))
    return found


def _strings(source: SourceFile, start: int) -> Mapping[str, Span]:
    found: dict[str, Span] = {}
    for token in _TOKEN.finditer(source.text, start):
        if token["end"]:
            break
        if token["text"]:
            value = tomllib.loads(f"text = {token['text']}")["text"]
            found[value] = Span(source.name, *source.position(token.start()), *source.position(token.end()))
    return found
