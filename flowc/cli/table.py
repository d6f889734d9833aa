"""Tables as text: columns as wide as they need to be, two blanks between them, statuses coloured where somebody looks."""

from collections.abc import Collection, Sequence

import click

_COLOURS = {"failed": "red", "stopped": "yellow", "caught": "yellow", "running": "cyan", "succeeded": "green", "ok": "green"}
"""The gravest first: a cell that names several takes its colour."""


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, right: Collection[int] = (), color: bool = False) -> str:
    """Return the table, its lines without trailing blanks; columns in `right` are aligned to the right."""
    widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(len(heads))]
    lines = []
    for number, row in enumerate((heads, *rows)):
        cells = [
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        cells[-1] = cells[-1].rstrip() if len(cells) - 1 not in right else cells[-1]
        if color:
            cells = [click.style(cell, dim=True) if number == 0 else _coloured(cell) for cell in cells]
        lines.append("  ".join(cells).rstrip() + "\n")
    return "".join(lines)


def status(text: str, *, color: bool) -> str:
    """Return a status, coloured where wanted."""
    return _coloured(text) if color else text


def _coloured(cell: str) -> str:
    words = cell.replace(",", "").split()
    colour = next((colour for word, colour in _COLOURS.items() if word in words), None) if len(words) <= 2 * len(_COLOURS) else None
    return click.style(cell, fg=colour) if colour else cell
