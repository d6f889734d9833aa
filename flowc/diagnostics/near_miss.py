"""What somebody probably meant to write."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

from flowc.diagnostics.model import Edit, Fix
from flowc.source import Span


def near_miss(written: str, known: Iterable[str]) -> str | None:
    """Return the entry of `known` that `written` is most likely a slip of, or None; first entry wins a tie."""
    names = list(dict.fromkeys(known))
    folded = written.replace("-", "_").lower()
    same = next((name for name in names if name.replace("-", "_").lower() == folded and name != written), None)
    if same:
        return same
    close = get_close_matches(written, names, n=1, cutoff=0.7)
    return close[0] if close and close[0] != written else None


def did_you_mean(written: str, known: Iterable[str], *, quote: str = '"') -> str | None:
    """Return the help text for a near miss, or None where nothing is close."""
    found = near_miss(written, known)
    return f"did you mean {quote}{found}{quote}?" if found else None


def rename(span: Span, written: str, meant: str, *, safe: bool = True) -> Fix:
    """Return the fix that writes `meant` for the name `written` at the start of `span`."""
    name = Span(span.file, span.line, span.column, span.line, span.column + len(written))
    return Fix(f"write {meant}", (Edit(name, meant, was=re.escape(written)),), safe=safe)


def listed(names: Iterable[str], *, most: int = 12) -> str:
    """Return names for a sentence: `a, b and c`, cut off with how many more there are."""
    every = list(names)
    if len(every) > most:
        return f"{', '.join(every[:most])} and {len(every) - most} more"
    if len(every) < 2:
        return "".join(every)
    return f"{', '.join(every[:-1])} and {every[-1]}"
