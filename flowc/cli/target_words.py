"""Words that tables of targets and reports on one flow share."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowc.backends.capabilities import Support


def said(support: "Support") -> str:
    """Return how a target does a construct, with its warning."""
    text = support.text if support.issue is None else f"{support.text} (issue {support.issue})"
    return f"{text}; warns: {support.warns}" if support.warns else text


def cell(text: str) -> str:
    """Return `text` as it stands in a cell of a Markdown table."""
    return text.replace("|", "\\|")
