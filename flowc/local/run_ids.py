"""Names of runs: sortable by time, unique without asking anybody."""

import re
import secrets
from datetime import UTC, datetime

from flowc.errors import UsageError
from flowc.runtime_shim.contract import component

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f/]")


def fresh_run_id() -> str:
    """Return a new run id such as `20261124T153855-ab12cd`: UTC to the second, then chance."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"


def checked_run_id(text: str) -> str:
    """Return `text` if it can name a run; raises UsageError for one that no path of records or pathspec could hold."""
    if _UNPRINTABLE.search(text):
        raise UsageError(f"run id {text!r} holds a slash or a control character")
    try:
        component(text)
    except ValueError as error:
        raise UsageError(f"run id {text!r} cannot be used: {error}") from error
    return text
