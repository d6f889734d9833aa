"""Whose a DAG file is: flowc replaces what it wrote for the same flow, and nothing else."""

import ast
import re
from typing import Final

from flowc.errors import EngineError
from flowc.runtime_shim import contract

_OURS: Final = re.compile(r"^Written by flowc \S+ from .+ \(sha256:[0-9a-f]{64}\)\.$", re.MULTILINE)


def owned(name: str, data: bytes, flow: str) -> str:
    """Return the text of the DAG file `name` that is to be replaced; raises EngineError where flowc did not write it for `flow`."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise EngineError(f"{name} is in the way and cannot be read: {error}", help="move it away, then deploy again") from error
    owner = owner_of(text)
    if owner is None:
        raise EngineError(f"{name} was not written by flowc", help="move it away, or deploy into another folder")
    if owner != flow:
        raise EngineError(
            f"{name} belongs to flow {owner}, not to {flow}", help="remove that flow's file first, or deploy into another folder"
        )
    return text


def owner_of(text: str) -> str | None:
    """Return the deployed name of the flow that flowc wrote the DAG file `text` for; None for a file that is not flowc's."""
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError):
        return None
    if not _OURS.search(ast.get_docstring(module) or ""):
        return None
    for statement in module.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="ENV")], value=ast.Dict(keys=keys, values=values)):
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == contract.FLOW and isinstance(value, ast.Constant):
                        return str(value.value)
    return None
