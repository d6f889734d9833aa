"""The page of every code, as `flowc explain` shows it: Markdown, `docs/diagnostics/` of the repository, which wheels carry."""

import re
from functools import cache
from pathlib import Path
from typing import Final

from flowc.diagnostics.codes import registry
from flowc.diagnostics.model import Code
from flowc.diagnostics.near_miss import near_miss
from flowc.errors import UsageError

_SHIPPED: Final = Path(__file__).with_name("pages")
FOLDER: Final = _SHIPPED if _SHIPPED.is_dir() else Path(__file__).parents[2] / "docs" / "diagnostics"


def code_by_name(text: str) -> Code | None:
    """Return the code whose id or slug is `text`, in any case, or None."""
    return _by_name().get(text.strip().strip("[]").lower())


def closest_code(text: str) -> Code | None:
    """Return the code that `text` is most likely a slip of, or None; ids are guessed no further than O for 0."""
    by_name = _by_name()
    zeros = "flc" + text.lower().removeprefix("flc").replace("o", "0")
    return by_name.get(zeros) or by_name.get(near_miss(text.lower(), [code.slug for code in by_name.values()]) or "")


def find_code(text: str) -> Code:
    """Return the code whose id or slug is `text`, in any case; raises UsageError for one that flowc does not have."""
    found = code_by_name(text)
    if found is None:
        close = closest_code(text)
        said = f"did you mean {close.id}, {close.slug}?" if close else "`flowc explain` lists them all"
        raise UsageError(f"there is no code {text!r}", help=said)
    return found


@cache
def _by_name() -> dict[str, Code]:
    return {name.lower(): code for code in registry().values() for name in (code.id, code.slug)}


def headline(code: Code) -> str:
    """Return the headline of `code` with the names of what it fills in, such as `step "{name}" has no transition`."""
    return re.sub(r"\{(\w+)!r\}", r"'{\1}'", code.headline)


def page(code: Code) -> str:
    """Return the page of `code`; raises UsageError where this installation lacks it."""
    try:
        return (FOLDER / f"{code.id}.md").read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{code.id} ({code.slug}) has no page: {error.strerror}", help=headline(code)) from error
