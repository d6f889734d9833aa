"""Colour, as ANSI sequences, only where it was asked for."""

from dataclasses import dataclass

from flowc.diagnostics.model import Severity

_COLOURS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33"}
_PLACE = "1;34"
_STRONG = "1"


@dataclass(frozen=True, slots=True)
class Paint:
    """How to dress the parts of one finding; does nothing unless `on`."""

    of: Severity
    on: bool

    def severity(self, text: str) -> str:
        """Return `text` in the colour of the finding's severity."""
        return self._dress(_COLOURS[self.of], text)

    def place(self, text: str) -> str:
        """Return `text` in the colour of line numbers, arrows and second places."""
        return self._dress(_PLACE, text)

    def strong(self, text: str) -> str:
        """Return `text` in bold."""
        return self._dress(_STRONG, text)

    def _dress(self, style: str, text: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self.on else text
