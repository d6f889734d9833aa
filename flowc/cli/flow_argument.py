"""How a command names a flow: `train.py`, or `train.py:TrainFlow` where a file holds several."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FlowArgument:
    """A flow as named on the command line; `name` is None where only the file was given."""

    path: Path
    name: str | None


def parse_flow_argument(text: str) -> FlowArgument:
    """Return the file and flow that `text` names; the file need not exist."""
    head, colon, tail = text.rpartition(":")
    if colon and tail.isidentifier() and head:
        return FlowArgument(Path(head), tail)
    return FlowArgument(Path(text), None)
