"""Names in Kubernetes and inside a workflow: lower case, dashes for underscores and dots. A step comes first and keeps its own."""

import re
from collections.abc import Iterable
from typing import Final

from flowc.ir.graph import StepName

OPERATORS: Final = frozenset(("in", "and", "or", "not", "let", "matches", "contains", "nil", "true", "false", "if", "else"))
"""Words that `depends`, which Argo reads as an expression, cannot hold as names: https://expr-lang.org/docs/language-definition"""

MAIN: Final = "main"
EXIT: Final = "on-exit"


def object_name(flow: str) -> str:
    """Return the name of a flow's WorkflowTemplate, from its deployed name: `project.main.Train_Flow` is `project-main-train-flow`."""
    return re.sub(r"[^a-z0-9]+", "-", flow.lower()).strip("-") or "flow"


class Names:
    """Hands out names of templates that are used nowhere else in one flow."""

    def __init__(self, steps: Iterable[StepName]) -> None:
        self.steps: dict[StepName, str] = {}
        self._used = {MAIN, EXIT}
        for step in steps:
            self.steps[step] = self.free(_dashed(step))

    def free(self, wanted: str) -> str:
        """Return `wanted`, or with a number behind it where that is taken."""
        name, number = wanted, 1
        while name in self._used or name in OPERATORS:
            number += 1
            name = f"{wanted}-{number}"
        self._used.add(name)
        return name


class TaskNames:
    """The same for the tasks of one DAG, where only the other tasks count."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def free(self, wanted: str) -> str:
        """Return `wanted`, or with a number behind it where that is taken."""
        name, number = wanted, 1
        while name in self._used or name in OPERATORS:
            number += 1
            name = f"{wanted}-{number}"
        self._used.add(name)
        return name


def _dashed(step: StepName) -> str:
    return step.replace("_", "-")
