"""The page of every code, as `flowc explain` shows it: Markdown, `docs/diagnostics/` of the repository, which wheels carry."""

import re
from pathlib import Path
from typing import Final

from flowc.diagnostics.codes import registry
from flowc.diagnostics.model import Code
from flowc.diagnostics.near_miss import near_miss
from flowc.errors import UsageError

_SHIPPED: Final = Path(__file__).with_name("pages")
FOLDER: Final = _SHIPPED if _SHIPPED.is_dir() else Path(__file__).parents[2] / "docs" / "diagnostics"


def find_code(text: str) -> Code:
    """Return the code whose id or slug is `text`, in any case; raises UsageError for one that flowc does not have."""
    codes = registry()
    by_name = {name.lower(): code for code in codes.values() for name in (code.id, code.slug)}
    found = by_name.get(text.strip().strip("[]").lower())
    if found is None:
        zeros = text.upper().removeprefix("FLC").replace("O", "0")
        close = codes.get(f"FLC{zeros}") or by_name.get(near_miss(text.lower(), [code.slug for code in codes.values()]) or "")
        said = f"did you mean {close.id}, {close.slug}?" if close else "`flowc explain` lists them all"
        raise UsageError(f"there is no code {text!r}", help=said)
    return found


def headline(code: Code) -> str:
    """Return the headline of `code` with the names of what it fills in, such as `step "{name}" has no transition`."""
    return re.sub(r"\{(\w+)!r\}", r"'{\1}'", code.headline)


def page(code: Code) -> str:
    """Return the page of `code`; raises UsageError where this installation lacks it."""
    try:
        return (FOLDER / f"{code.id}.md").read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{code.id} ({code.slug}) has no page: {error.strerror}", help=headline(code)) from error
