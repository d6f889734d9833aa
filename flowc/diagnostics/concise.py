"""One line per finding, for editors and `grep`."""

from collections.abc import Sequence

from flowc.diagnostics.display import plain
from flowc.diagnostics.model import Diagnostic
from flowc.diagnostics.paint import Paint


def render_concise(diagnostics: Sequence[Diagnostic], *, color: bool) -> str:
    """Return `file:line:col: error[FLC201] headline`, one line per finding."""
    return "".join(_line(found, Paint(found.severity, color)) + "\n" for found in diagnostics)


def _line(found: Diagnostic, paint: Paint) -> str:
    code = paint.severity(f"{found.severity.value}[{found.code.id}]")
    return f"{paint.strong(plain(str(found.span)))}: {code} {plain(found.message)}"
