"""Sources as findings may show them: the same lines and columns, with every secret covered."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from flowc.source import SourceFile, Span

_SHOWN: Final = 4
"""Of a secret of 16 characters or more so many are left, so that its owner can tell which one it is."""
_DISTINCT: Final = 6
"""One so long is covered wherever else it stands."""


def redacted(sources: Mapping[str, SourceFile], secrets: Iterable[Span]) -> dict[str, SourceFile]:
    """Return `sources` with the texts at `secrets` covered, there and in the same file elsewhere."""
    covered = dict(sources)
    for span in secrets:
        source = covered.get(span.file)
        if source is not None:
            start, end = source.offset(span.line, span.column), source.offset(span.end_line, span.end_column)
            secret = source.text[start:end]
            text = source.text[:start] + cover(secret) + source.text[end:]
            if len(secret) >= _DISTINCT:
                text = text.replace(secret, cover(secret))
            covered[span.file] = replace(source, text=text, data=text.encode())
    return covered


def cover(secret: str) -> str:
    """Return `secret` with all but a recognisable beginning as asterisks; line ends stay."""
    shown = _SHOWN if len(secret) >= 16 else 0
    return secret[:shown] + "".join(sign if sign in "\r\n" else "*" for sign in secret[shown:])
