"""Names inside arguments of decorators: of a project and its branch, of environment variables."""

import re

from flowc.diagnostics import Report, codes
from flowc.ir.graph import FlowGraph
from flowc.ir.passes.decorated import each_decorator

_PROJECT = re.compile(r"[a-z0-9_]+\Z")
_LONGEST = 128
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*\Z")


def check_decorator_names(graph: FlowGraph, report: Report) -> None:
    """Report @project names and branches that Metaflow refuses, and names that no environment variable can have."""
    for decorator in each_decorator(graph, "project"):
        for argument in decorator.arguments:
            if argument.name not in ("name", "branch") or not isinstance(argument.value, str):
                continue
            why = _project_problem(argument.value)
            if why:
                report(
                    codes.INVALID_PROJECT_NAME,
                    argument.span,
                    argument=argument.name,
                    name=argument.value,
                    why=why,
                    help=f"use a-z, 0-9 and _, at most {_LONGEST} of them: the deployed name of the flow begins with it",
                )
    for decorator in each_decorator(graph, "environment"):
        given = decorator.argument("vars")
        if given is None or not isinstance(given.value, dict):
            continue
        for name in given.value:
            if isinstance(name, str) and not _VARIABLE.match(name):
                report(codes.INVALID_VARIABLE_NAME, given.span, name=name, help="use letters, digits and _, a letter first")


def _project_problem(name: str) -> str | None:
    if not _PROJECT.match(name):
        return "has characters other than a-z, 0-9 and _" if name else "is empty"
    return f"is longer than {_LONGEST} characters" if len(name) > _LONGEST else None
