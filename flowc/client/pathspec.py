"""Pathspecs: `Flow`, `Flow/RUN`, `Flow/RUN/step`, `Flow/RUN/step/AT`, `Flow/RUN/step/AT/artifact`.

A component is spelt as in the store's keys, so a run id with a slash is one component (`%2F`); other characters may also stand as they are.
"""

from collections.abc import Sequence

from flowc.errors import UsageError
from flowc.runtime_shim.contract import component, from_component

_FORMS = ("FLOW", "FLOW/RUN", "FLOW/RUN/STEP", "FLOW/RUN/STEP/AT", "FLOW/RUN/STEP/AT/ARTIFACT")


def join_pathspec(parts: Sequence[str]) -> str:
    """Return the pathspec of names as they really are."""
    return "/".join(component(part) for part in parts)


def split_pathspec(text: str, *, least: int = 1, most: int = 5) -> tuple[str, ...]:
    """Return the names in a pathspec, decoded; raises UsageError unless it has from `least` to `most` of them."""
    parts = tuple(from_component(part) for part in text.split("/"))
    if not least <= len(parts) <= most or any(part in ("", ".", "..") for part in parts):
        raise UsageError(f"{text!r} is no pathspec of the form {' or '.join(_FORMS[least - 1 : most])}")
    return parts
