"""The parameters of a flow as those of a workflow: every value is a text, and an empty one means "not given" where the flow fills in.

They reach the first step in one variable, base64 of JSON, made by one expression: neither Argo nor Kubernetes looks inside.
"""

import json
from typing import Final

from flowc.backends.argo.model import RunParameter
from flowc.backends.argo.options import ArgoOptions
from flowc.backends.base import Unit
from flowc.ir.graph import FlowGraph, Parameter
from flowc.runtime_shim.contract import PlanParameter

TRIGGER: Final = "flowc-trigger"
"""The parameter in which a Sensor says what started a run: JSON objects, a comma behind each."""

LEFT_OUT: Final = "empty: the flow's own default"


def run_parameters(unit: Unit[ArgoOptions]) -> tuple[RunParameter, ...]:
    """Return the workflow's parameters, in the flow's order."""
    declared = {parameter.name: parameter for parameter in unit.tree.graph.parameters}
    found = [_parameter(planned, declared[planned["name"]]) for planned in unit.plan["parameters"]]
    if is_triggered(unit.tree.graph):
        found.append(RunParameter(name=TRIGGER, value="", description="What started the run, where an event did"))
    return tuple(found)


def is_triggered(graph: FlowGraph) -> bool:
    """Whether events start the flow."""
    return graph.decorator("trigger") is not None or graph.decorator("trigger_on_finish") is not None


def encoded_trigger() -> str:
    """Return the value of FLOWC_TRIGGER; Kubernetes reads two dollars as one."""
    value = f"workflow.parameters['{TRIGGER}']"
    return f"{{{{={value} == '' ? '' : sprig.replace('$', '$$', '[' + sprig.trimSuffix(',', {value}) + ']')}}}}"


def encoded_parameters(parameters: list[PlanParameter]) -> str:
    """Return the value of FLOWC_PARAMS_B64."""
    entries = ", ".join(f"'{planned['name']}': {_given(planned)}" for planned in parameters)
    return f"{{{{=sprig.b64enc(toJson({{{entries}}}))}}}}"


def text_of(value: object) -> str:
    """Return a default as a person would give it to a run."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def is_filled_in(planned: PlanParameter) -> bool:
    """Whether the first step finds the default: it is a file, computed, or None."""
    return not is_required(planned) and (planned["type"] == "file" or planned.get("default") is None)


def is_required(planned: PlanParameter) -> bool:
    """Whether a run must give a value."""
    return planned["required"] and "default" not in planned


def _given(planned: PlanParameter) -> str:
    value = f"workflow.parameters['{planned['name']}']"
    return f"({value} == '' ? nil : {value})" if is_filled_in(planned) else value


def _parameter(planned: PlanParameter, declared: Parameter) -> RunParameter:
    filled_in = is_filled_in(planned)
    value = None if is_required(planned) else "" if filled_in else text_of(planned["default"])
    help = (declared.help or "").strip()
    notes = [*([help] if help else []), *([f"({LEFT_OUT})"] if filled_in else [])]
    return RunParameter(
        name=planned["name"],
        value=value,
        description=" ".join(notes) or None,
        choices=("", *declared.choices) if filled_in and declared.choices else declared.choices,
    )
