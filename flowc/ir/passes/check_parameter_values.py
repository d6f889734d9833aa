"""Defaults of parameters: of the parameter's own type, and no requirement that a default makes void."""

import json

from flowc.diagnostics import Report, codes
from flowc.ir.argument_kinds import is_whole, number
from flowc.ir.graph import Config, FlowGraph, Missing, Parameter, ParameterType
from flowc.ir.value_words import kind_of
from flowc.ir.values import Unknown, Value

_NAMES: dict[ParameterType, str] = {"str": "str", "int": "int", "float": "float", "bool": "bool", "json": "JSONType", "file": "a file"}
_TRUTH = frozenset({"1", "0", "true", "false", "t", "f", "yes", "no", "y", "n", "on", "off"})


def check_parameter_values(graph: FlowGraph, report: Report) -> None:
    """Report defaults that do not fit the type, `required` beside a default, and a separator for what is no text."""
    for parameter in graph.parameters:
        type_name = _NAMES[parameter.type]
        if not isinstance(parameter.default, Missing) and not _fits(parameter.default, parameter.type):
            report(
                codes.PARAMETER_DEFAULT_TYPE,
                parameter.span,
                name=parameter.name,
                found=kind_of(parameter.default),
                type=type_name,
                help="make the default and the type agree",
            )
        elif parameter.choices and isinstance(parameter.default, str) and parameter.default not in parameter.choices:
            report(
                codes.PARAMETER_DEFAULT_TYPE,
                parameter.span,
                name=parameter.name,
                found=json.dumps(parameter.default, ensure_ascii=False),
                type=f"one of {', '.join(parameter.choices)}",
                help="make the default one of the choices",
            )
        if parameter.separator and parameter.type != "str":
            report(codes.SEPARATOR_WITHOUT_TEXT, parameter.span, name=parameter.name, type=type_name, help="take out the separator")
        if parameter.required and not isinstance(parameter.default, Missing) and parameter.default is not None:
            _void(parameter, "parameter", report)
    for config in graph.configs:
        if config.required and (config.path is not None or not isinstance(config.value, Unknown | None)):
            _void(config, "config", report)


def _void(member: Parameter | Config, kind: str, report: Report) -> None:
    report(codes.REQUIRED_WITH_DEFAULT, member.span, kind=kind, name=member.name, help="take out required or the default")


def _fits(default: Value, type: ParameterType) -> bool:
    """Whether Metaflow's command line would take `default`: text that spells a number is one."""
    if default is None or isinstance(default, Unknown):
        return True
    match type:
        case "str":
            return isinstance(default, str | int | float)
        case "int":
            return isinstance(default, bool) or is_whole(number(default))
        case "float":
            return isinstance(default, bool) or number(default) is not None
        case "bool":
            return isinstance(default, bool | int) or (isinstance(default, str) and default.strip().lower() in _TRUTH)
        case "json":
            return isinstance(default, str | dict | list | int | float | tuple)
        case "file":
            return isinstance(default, str | dict)
