"""The parameters of a flow as options of a command: `--alpha 0.1`, typed as the flow declares them."""

import json
from collections.abc import Sequence
from copy import copy
from pathlib import Path
from typing import Any

import click

from flowc.ir.graph import MISSING, FlowGraph, Parameter
from flowc.ir.values import Unknown


class JsonText(click.ParamType[str]):
    """JSON text; the value is the text itself, once it has been seen to be JSON."""

    name = "json"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return `value`; fails where it is no JSON."""
        try:
            json.loads(value)
        except ValueError as error:
            self.fail(f"{value!r} is not valid JSON: {error}", param, ctx)
        return value


class ReadableFile(click.ParamType[str]):
    """The path of a file whose content becomes the parameter; the value is the absolute path."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the absolute path; fails where no file can be read there."""
        path = Path(value).expanduser()
        try:
            with path.open("rb") as file:
                file.read(1)
        except OSError as error:
            self.fail(f"file {value!r} cannot be read: {error.strerror}", param, ctx)
        return str(path.absolute())


_TYPES: dict[str, click.ParamType[Any]] = {
    "str": click.STRING,
    "int": click.INT,
    "float": click.FLOAT,
    "bool": click.BOOL,
    "json": JsonText(),
    "file": ReadableFile(),
}


def spellings(name: str) -> list[str]:
    """Return how a parameter may be written as an option: as declared, and with dashes for underscores."""
    return list(dict.fromkeys([f"--{name}", f"--{name.replace('_', '-')}"]))


def parameter_option(parameter: Parameter, slot: str) -> click.Option:
    """Return the option of one parameter, whose value click calls `slot`; None where it was not given: the task knows the default."""
    default = parameter.default
    needed = parameter.required and (default is MISSING or default is None)
    words = [parameter.help] if parameter.help else []
    if isinstance(default, Unknown):
        words.append("[default: computed when the run starts]")
    elif default is not MISSING and default is not None:
        words.append(f"[default: {default if isinstance(default, str) else json.dumps(default, default=repr)}]")
    elif needed:
        words.append("[required]")
    return click.Option(
        [slot, *spellings(parameter.name)],
        type=click.Choice(parameter.choices) if parameter.choices else _TYPES[parameter.type],
        required=needed,
        help="  ".join(words) or None,
    )


def flow_command(graph: FlowGraph, extra: Sequence[click.Parameter] = ()) -> click.Command:
    """Return a command whose options are the flow's parameters, then those of `extra` that no parameter's name takes."""
    options: list[click.Parameter] = [parameter_option(parameter, _slot(n)) for n, parameter in enumerate(graph.parameters)]
    taken = {spelling for option in options for spelling in option.opts}
    for option in extra:
        free = [spelling for spelling in option.opts if spelling not in taken]
        if free:
            option = copy(option)
            option.opts = free
            options.append(option)
    return click.Command(graph.name, params=options, help=graph.doc, context_settings={"help_option_names": ["--help"]})


def parse_flow_arguments(
    graph: FlowGraph, name: str, arguments: Sequence[str], extra: Sequence[click.Parameter] = ()
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return (the flow's parameters that were given, by name; the values of the extra options). `name` is how help spells the command.

    Raises click's errors: they name option, value and type, and end the command with exit code 2. `--help` prints and exits.
    """
    values = flow_command(graph, extra).make_context(name, list(arguments)).params
    given = {parameter.name: values.pop(_slot(n)) for n, parameter in enumerate(graph.parameters)}
    return {key: value for key, value in given.items() if value is not None}, values


def _slot(number: int) -> str:
    return f"parameter_{number}"
