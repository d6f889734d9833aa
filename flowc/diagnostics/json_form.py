"""The format for programs: `{"schema": 1, "diagnostics": [...]}`, ASCII only, keys in a fixed order."""

import json
from collections.abc import Sequence

from flowc.diagnostics.model import Diagnostic, Fix
from flowc.source import Span

SCHEMA = 1


def diagnostics_json(diagnostics: Sequence[Diagnostic]) -> dict[str, object]:
    """Return the findings as JSON data; lines and columns as in `Span`."""
    return {"schema": SCHEMA, "diagnostics": [_diagnostic(found) for found in diagnostics]}


def render_json(diagnostics: Sequence[Diagnostic]) -> str:
    """Return `diagnostics_json` as text that ends with a line end."""
    return json.dumps(diagnostics_json(diagnostics), indent=2) + "\n"


def _diagnostic(found: Diagnostic) -> dict[str, object]:
    return {
        "code": found.code.id,
        "slug": found.code.slug,
        "severity": found.severity.value,
        "message": found.message,
        **_span(found.span),
        "label": found.label,
        "labels": [{**_span(label.span), "text": label.text} for label in found.labels],
        "notes": list(found.notes),
        "help": found.help,
        "fix": _fix(found.fix) if found.fix else None,
    }


def _span(span: Span) -> dict[str, object]:
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def _fix(fix: Fix) -> dict[str, object]:
    return {"title": fix.title, "safe": fix.safe, "edits": [{**_span(edit.span), "text": edit.text} for edit in fix.edits]}
