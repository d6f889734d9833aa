"""Control values: what an engine must know to go on, as the record holds them and as the control line says them."""

import json
import os
from collections.abc import Mapping

from flowc.runtime_shim.addresses import follow
from flowc.runtime_shim.contract import CONTROL_FOLDER, Attempt, Control, Plan
from flowc.runtime_shim.stores import StoreUnavailable
from flowc.runtime_shim.transitions import Transition
from flowc.runtime_shim.typed import Any


def control_of(plan: Plan, step: str, at: str, transition: Transition | None) -> tuple[Control, tuple[str, str] | None]:
    """Return the control values of a task and, where it leaves a loop, that loop: its first step and the address outside it.

    transition: None for the flow's last step and for a step that was caught, which goes on as its source says.
    """
    planned = plan["steps"][step]
    if planned["kind"] in ("foreach", "gang"):
        assert transition is not None, "an opener is never caught"
        assert transition.count is not None, "an opener counts"
        control: Control = {"count": transition.count}
        if transition.var is not None:
            control["var"] = transition.var
        return control, None
    if planned["kind"] not in ("linear", "switch") or not planned["next"]:
        return {}, None
    target = transition.targets[0] if transition is not None else planned["next"][0]
    if planned["loops"]:
        move = follow(plan, step, at, target)
        return {"next": target, "at": move.at}, move.exit
    return ({"next": target}, None) if planned["kind"] == "switch" else ({}, None)


def control_line(record: Mapping[str, Any]) -> str | None:
    """Return the control line of a committed task, None where it controls nothing: one JSON object per member, the commit's values.

    `at` is where the flow goes on: the next address in a loop, elsewhere the task's own.
    """
    control = {name: value for name, value in record["control"].items() if name != "var"}
    if not control:
        return None
    return json.dumps([{"at": record["at"], **control}], separators=(", ", ": "))


def hand_over(attempt: Attempt, line: str | None) -> str | None:
    """Write the control line to the file that the engine named; without one return the line, which then goes last to standard output.

    Argo reads one file for each value instead. Raises StoreUnavailable where a file cannot be written: the task has committed, and a
    later attempt hands over the same.
    """
    if attempt.control is None and attempt.engine == "argo":
        _hand_over_apart(line)
        return None
    if attempt.control is None:
        return None if attempt.engine == "stepfunctions" else line
    temporary = f"{attempt.control}.{os.getpid()}"
    try:
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(line or "[]")
        os.replace(temporary, attempt.control)
    except OSError as error:
        raise StoreUnavailable(f"the control line cannot be written to {attempt.control}: {error.strerror}") from error
    return None


def _hand_over_apart(line: str | None) -> None:
    (values,) = json.loads(line) if line else ({},)
    if not values:
        return
    try:
        os.makedirs(CONTROL_FOLDER, exist_ok=True)
        for name, value in values.items():
            with open(os.path.join(CONTROL_FOLDER, name), "w", encoding="utf-8") as file:
                file.write(str(value))
    except OSError as error:
        raise StoreUnavailable(f"control values cannot be written to {CONTROL_FOLDER}: {error.strerror}") from error
