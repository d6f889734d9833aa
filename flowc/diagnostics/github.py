"""Annotations on a pull request, as GitHub Actions reads them from a job's output.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from collections.abc import Sequence

from flowc.diagnostics.model import Diagnostic


def render_github(diagnostics: Sequence[Diagnostic]) -> str:
    """Return one workflow command per finding, one per line."""
    return "".join(_command(found) + "\n" for found in diagnostics)


def _command(found: Diagnostic) -> str:
    span = found.span
    properties = {"file": span.file, "line": span.line, "col": span.column}
    if span.end_line > span.line:
        properties["endLine"] = span.end_line
    elif span.end_column > span.column:
        properties["endColumn"] = span.end_column - 1
    properties["title"] = f"{found.code.id} {found.code.slug}"
    text = f"{found.message}\nhelp: {found.help}" if found.help else found.message
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{found.severity.value} {listed}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
