"""What the conformance suites have seen of each construct on each target: one JSON file a target, written by `make evidence` alone."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flowc.backends.constructs import Construct

LEVELS: Final = ("runs", "lints")
"""runs: a flow with the construct ran on that engine, with the tasks, artifacts and verdict of a local run. lints: that engine, or that
checker, took its files."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Engines by name and version, the oldest first."""

    runs: tuple[str, ...] = ()
    lints: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """For people: the best that was seen; no more than `emits` where nothing was."""
        best = [(level, engines) for level, engines in (("runs", self.runs), ("lints", self.lints)) if engines]
        return f"{best[0][0]} {', '.join(best[0][1])}" if best else "emits"


def evidence_path(target: str) -> Path:
    """Return the file of a target."""
    return Path(__file__).with_name(f"{target}.json")


def seen_on(target: str) -> Mapping[Construct, Seen]:
    """Return what was seen on a target; a construct without an entry was only emitted."""
    try:
        data = json.loads(evidence_path(target).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {
        construct: Seen(**{level: tuple(data.get(level, {}).get(construct.value, ())) for level in LEVELS})
        for construct in Construct
        if any(construct.value in data.get(level, {}) for level in LEVELS)
    }
