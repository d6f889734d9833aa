"""Task ids and variable names of a DAG file. A step keeps its own name; what we add gives way."""

from collections.abc import Iterable

from flowc.ir.graph import StepName

TAKEN_BY_THE_FILE = frozenset(
    (
        *("AirflowSkipException", "Asset", "AssetOrTimeSchedule", "BashOperator", "CronTriggerTimetable", "DAG", "ENV"),
        *("KubernetesPodOperator", "MAX_MAP_LENGTH", "PARAMS", "PYTHON", "Param", "TRIGGER", "__doc__"),
        *(
            "all",
            "arm",
            "at",
            "case",
            "dag",
            "datetime",
            "dict",
            "foreach",
            "isinstance",
            "json",
            "len",
            "list",
            "live",
            "merge_of",
        ),
        *("min", "range", "splits", "step", "sum", "task", "task_group", "timedelta", "timezone"),
        *("I", "O", "l"),
    )
)
"""Names that the text of the file uses: a variable of this name would change what a helper does. The last three read like digits (E741)."""


class Names:
    """Hands out ids that are used nowhere else in one DAG; the steps come first and keep theirs."""

    def __init__(self, steps: Iterable[StepName]) -> None:
        self._used = set(steps)

    def planner(self, foreach: StepName) -> str:
        """Id of the planner of a foreach."""
        return self._free(f"{foreach}__splits")

    def group(self, foreach: StepName, segment: int) -> str:
        """Id of one segment of the body of a foreach; segments count from 1."""
        return self._free(f"{foreach}__{segment}")

    def loop(self, first: StepName) -> str:
        """Id of the task that runs all turns of a loop."""
        return self._free(f"{first}__loop")

    def exit_hook(self) -> str:
        """Id of the task that calls the exit hooks."""
        return self._free("exit_hook")

    def arm(self, switch: StepName, target: StepName) -> str:
        """Id of the gate in front of one arm of a switch."""
        return self._free(f"{switch}__{target}")

    def merge(self, step: StepName) -> str:
        """Id of the gate in front of a step where arms come together."""
        return self._free(f"{step}__live")

    def _free(self, wanted: str) -> str:
        while wanted in self._used:
            wanted += "_"
        self._used.add(StepName(wanted))
        return wanted


def variables(ids: Iterable[str]) -> dict[str, str]:
    """Return a variable name for every task or group id: the id itself, with a further `_` where the file's text needs that name."""
    ids = tuple(ids)
    used = set(ids)
    found = {}
    for name in ids:
        variable = name
        if name in TAKEN_BY_THE_FILE:
            while variable in used or variable in TAKEN_BY_THE_FILE:
                variable += "_"
            used.add(variable)
        found[name] = variable
    return found
