"""Names in Kubernetes and inside a workflow: lower case, dashes for underscores and dots. A step comes first and keeps its own."""

import re
from collections.abc import Iterable
from typing import Final

from flowc.ir.graph import StepName

OPERATORS: Final = frozenset(("in", "and", "or", "not", "let", "matches", "contains", "nil", "true", "false", "if", "else"))
"""Words that `depends`, which Argo reads as an expression, cannot hold as names: https://expr-lang.org/docs/language-definition"""

_LONGEST: Final = 120
"""Characters of a name that is made of those of steps: Argo takes 128, and a number may follow."""

MAIN: Final = "main"
EXIT: Final = "on-exit"


def object_name(flow: str) -> str:
    """Return the name of a flow's WorkflowTemplate, from its deployed name: `project.main.Train_Flow` is `project-main-train-flow`."""
    return re.sub(r"[^a-z0-9]+", "-", flow.lower()).strip("-") or "flow"


class FreeNames:
    """Hands out names that are used nowhere else."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._used = set(taken)

    def free(self, wanted: str) -> str:
        """Return `wanted` with dashes for underscores, cut where it is too long, with a number behind it where it is taken."""
        wanted = wanted.replace("_", "-")
        wanted = wanted if len(wanted) <= _LONGEST else wanted[:_LONGEST].rstrip("-")
        name, number = wanted, 1
        while name in self._used or name in OPERATORS:
            number += 1
            name = f"{wanted}-{number}"
        self._used.add(name)
        return name


class Names(FreeNames):
    """The names of templates of one flow; the steps come first and keep theirs."""

    def __init__(self, steps: Iterable[StepName]) -> None:
        super().__init__((MAIN, EXIT))
        self.steps = {step: self.free(step) for step in steps}
