"""Names of steps: what Metaflow accepts, so that a flow runs under both, and what every engine can hold."""

import re

from flowc.diagnostics import Report, codes
from flowc.ir.graph import FlowGraph
from flowc.ir.reserved import STEP_NAMES

_OTHER = re.compile(r"[^a-z0-9_]")


def check_step_names(graph: FlowGraph, report: Report) -> None:
    """Report step names with other characters than `a-z 0-9 _`, with a leading underscore, or that flowc needs itself."""
    for step in graph.steps:
        name = str(step.name)
        if name in STEP_NAMES:
            report(codes.RESERVED_STEP_NAME, step.span, step=name, help=f"self.{name} has a meaning in every flow: choose another name")
        elif name.startswith("_"):
            report(codes.PRIVATE_STEP_NAME, step.span, step=name, help=_suggest(name.strip("_")))
        elif found := _OTHER.search(name):
            report(codes.INVALID_STEP_NAME, step.span, step=name, found=_character(found[0]), help=_suggest(_snake(name)))


def _character(char: str) -> str:
    return f"an upper-case letter, {char!r}" if char.isascii() and char.isupper() else f"a character other than a-z, 0-9 and _, {char!r}"


def _snake(name: str) -> str:
    """Return `name` in Metaflow's manner, or nothing where more than case is wrong with it."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return "" if _OTHER.search(words) else words.strip("_")


def _suggest(name: str) -> str:
    return f'call it "{name}"' if name and name not in STEP_NAMES else "use lower-case letters, digits and underscores"
