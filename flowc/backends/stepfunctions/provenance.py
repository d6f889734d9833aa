"""Where a state machine came from, in its `Comment`: what people read, and what `flowc deploy` looks for."""

import re
from typing import Final

from flowc.backends.base import Unit
from flowc.backends.stepfunctions.options import StepFunctionsOptions
from flowc.runtime_shim.contract import VERSION

_WRITTEN: Final = re.compile(r"(?P<flow>\S+), written by flowc (?P<version>\S+) from (?P<source>.+) \((?P<digest>sha256:[0-9a-f]{64})\)\. ")


def comment(unit: Unit[StepFunctionsOptions]) -> str:
    """Return the comment of a flow's state machine."""
    source = unit.tree.graph.project_path
    return (
        f"{unit.plan['flow']}, written by flowc {VERSION} from {source} ({unit.source_digest}). Edit the flow and compile again, not this."
    )


def owner_of(text: str) -> str | None:
    """Return the deployed name of the flow whose state machine has the comment `text`; None where flowc did not write it."""
    found = _WRITTEN.match(text)
    return found["flow"] if found else None
