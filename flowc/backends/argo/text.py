"""Text that must arrive as it is, though Argo replaces `{{…}}` in all of a template and Kubernetes `$(NAME)` in a variable."""

import re
from typing import Final

from flowc.backends.pods.fragment import escape_references

BRACE: Final = "FLOWC_BRACE"
"""A variable of the container that holds `{`: with `$(FLOWC_BRACE){` Argo sees no tag, and Kubernetes makes it two braces."""

_DOUBLE: Final = re.compile(r"\{(?=\{)")


def has_tag(text: str) -> bool:
    """Whether Argo might replace something in `text`."""
    return "{{" in text


def value_of_variable(text: str) -> str:
    """Return what the `value` of a variable must be so that the container gets `text`; `BRACE` stands before it, if it is named."""
    if not has_tag(text):
        return escape_references(text)
    return _DOUBLE.sub(f"$({BRACE})", text.replace("$", "$$"))
