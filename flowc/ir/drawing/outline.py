"""The boxes of a picture from the top down, as languages with nested brackets need them."""

from collections.abc import Iterator

from flowc.ir.drawing.picture import Box, Part


def outline(root: Box) -> Iterator[tuple[int, Part | None]]:
    """Yield (depth, part) for everything inside `root`: a box, then what it holds, then None where it closes."""
    pending: list[tuple[int, Part | None]] = [(1, part) for part in reversed(root.parts)]
    while pending:
        depth, part = pending.pop()
        yield depth, part
        if isinstance(part, Box):
            pending.append((depth, None))
            pending.extend((depth + 1, inner) for inner in reversed(part.parts))
