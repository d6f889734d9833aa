"""Findings as text, in the format that a person or a program asked for."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, assert_never

from flowc.diagnostics.concise import render_concise
from flowc.diagnostics.full import render_full
from flowc.diagnostics.github import render_github
from flowc.diagnostics.json_form import render_json
from flowc.diagnostics.model import Diagnostic
from flowc.diagnostics.sarif import render_sarif
from flowc.source import SourceFile

Format = Literal["full", "concise", "json", "sarif", "github"]
FORMATS: Final[tuple[Format, ...]] = ("full", "concise", "json", "sarif", "github")


def render(diagnostics: Sequence[Diagnostic], sources: Mapping[str, SourceFile], *, format: Format = "full", color: bool = False) -> str:
    """Return the findings in `format`, in the order given; `sources` are the files by the name that spans use.

    Text ends with a line end; no findings are the empty string, except in json and sarif. `color` concerns `full` and `concise` only.
    """
    match format:
        case "full":
            return render_full(diagnostics, sources, color=color)
        case "concise":
            return render_concise(diagnostics, color=color)
        case "json":
            return render_json(diagnostics)
        case "sarif":
            return render_sarif(diagnostics, sources)
        case "github":
            return render_github(diagnostics)
        case _:
            assert_never(format)
