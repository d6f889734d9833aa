"""Tags of a step's jobs, `@batch(aws_batch_tags=…)`, held to what Batch takes.

https://docs.aws.amazon.com/batch/latest/userguide/using-tags.html#tag-restrictions, read in November 2026.
"""

import re
from collections.abc import Mapping
from typing import Final

from flowc.backends.stepfunctions.arguments import Arguments
from flowc.errors import UsageError

MOST: Final = 50
_KEY: Final = 128
_VALUE: Final = 256
_ALLOWED: Final = re.compile(r"[\w\s+=.:/@-]*\Z")
_RESERVED: Final = ("aws:", "flowc:")


def read_tags(arguments: Arguments) -> tuple[tuple[str, str], ...]:
    """Return the tags of the step's jobs. Raises UnusableError for what was reported."""
    pairs = arguments.pairs("aws_batch_tags")
    for key, value in pairs.items():
        if why := _flaw(key, value):
            arguments.refuse("aws_batch_tags", why, "use letters, digits, blanks and + - = . _ : / @")
    if len(pairs) > MOST:
        arguments.refuse("aws_batch_tags", f"has {len(pairs)} tags, and Batch takes {MOST}", "leave some out")
    return tuple(sorted(pairs.items()))


def check_tags(tags: Mapping[str, object]) -> None:
    """Raise UsageError for tags of the settings that Amazon would not take."""
    for key, value in tags.items():
        if not isinstance(value, str):
            raise UsageError(f"setting stepfunctions.tags.{key} must be a string, not {value!r}")
        if why := _flaw(key, value):
            raise UsageError(f"setting stepfunctions.tags {why}", help="use letters, digits, blanks and + - = . _ : / @")


def _flaw(key: str, value: str) -> str | None:
    if not key or len(key) > _KEY or not _ALLOWED.match(key) or key.startswith(_RESERVED):
        return f"has the key {key!r}, which no tag can have"
    if len(value) > _VALUE or not _ALLOWED.match(value):
        return f"has the value {value!r}, which no tag can have"
    return None
