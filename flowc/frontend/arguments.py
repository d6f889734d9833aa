"""Arguments of a call matched to the names that its signature gives them."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from flowc.diagnostics import codes
from flowc.diagnostics.model import Label, Report
from flowc.diagnostics.near_miss import near_miss as nearest
from flowc.diagnostics.near_miss import rename
from flowc.frontend.entities import Builtin, OfValue, Scope
from flowc.frontend.index import Assigned
from flowc.frontend.literals import Folder
from flowc.ir.values import Unknown, Value
from flowc.source import Span

WRITE_OUT: Final = "write the value out: flowc reads the flow without running it"


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """One argument: the name it has (None: positional, or inside an unreadable `**`), its expression where there is one, its value."""

    name: str | None
    expression: ast.expr | None
    scope: Scope
    value: Value
    span: Span


def read_arguments(call: ast.Call, scope: Scope, folder: Folder) -> list[Given]:
    """Return the arguments of `call` in source order, `**` of a known mapping spread out."""
    places = scope.module.places
    found: list[Given] = []
    for argument in call.args:
        if isinstance(argument, ast.Starred):
            found.append(Given(None, argument, scope, Unknown("it is unpacked with a star", places.span(argument)), places.span(argument)))
        else:
            found.append(Given(None, argument, scope, folder.value(argument, scope), places.span(argument)))
    for keyword in call.keywords:
        if keyword.arg is not None:
            found.append(Given(keyword.arg, keyword.value, scope, folder.value(keyword.value, scope), places.span(keyword)))
        else:
            found.extend(_spread(keyword.value, scope, folder))
    return found


def _spread(expression: ast.expr, scope: Scope, folder: Folder) -> list[Given]:
    span = scope.module.places.span(expression)
    inner, literal = _dict_behind(expression, scope, folder)
    if literal is not None and all(isinstance(key, ast.Constant) and isinstance(key.value, str) for key in literal.keys):
        # The expressions stay at hand, so that `type=int` inside a shared dict is read too.
        return [
            Given(str(key.value), value, inner, folder.value(value, inner), span)
            for key, value in zip(literal.keys, literal.values, strict=True)
            if isinstance(key, ast.Constant)
        ]
    value = folder.value(expression, scope)
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return [Given(str(key), None, scope, item, span) for key, item in value.items()]
    why = value if isinstance(value, Unknown) else Unknown("it is no mapping of names", span)
    return [Given(None, None, scope, why, span)]


def _dict_behind(expression: ast.expr, scope: Scope, folder: Folder) -> tuple[Scope, ast.Dict | None]:
    if isinstance(expression, ast.Dict):
        return scope, expression
    match folder.names.of(expression, scope):
        case OfValue(scope=inner, binding=Assigned(value=ast.Dict() as literal, path=(), name=name)):
            if name not in inner.module.index.mutated:
                return inner, literal
    return scope, None


def match_signature(
    given: Sequence[Given],
    names: Sequence[str],
    also: frozenset[str],
    kind: str,
    report: Report,
    helps: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Given]:
    """Return arguments by name. `names` take positions; names in `also` are keyword only.

    Misfits go into `report`; `helps` says for a name that is none of them what to do instead.
    """
    found: dict[str, Given] = {}
    position = 0
    for argument in given:
        name = argument.name
        if name is None:
            if argument.expression is None or isinstance(argument.expression, ast.Starred):
                continue
            if position >= len(names):
                report(codes.DECLARATION_ARGUMENT, argument.span, kind=kind, argument=f"number {position + 1}")
                continue
            name = names[position]
            position += 1
        if name in found:
            label = Label(found[name].span, "first given here")
            report(codes.REPEATED_ARGUMENT, argument.span, kind=kind, argument=f'"{name}"', labels=[label])
        elif name in helps:
            report(codes.DECLARATION_ARGUMENT, argument.span, kind=kind, argument=f'"{name}"', help=helps[name])
        elif name not in names and name not in also:
            known = [*names, *sorted(also)]
            meant = nearest(name, known)
            fix = rename(argument.span, name, meant) if meant and meant not in {other.name for other in given} | set(found) else None
            report(codes.DECLARATION_ARGUMENT, argument.span, kind=kind, argument=f'"{name}"', help=near_miss(name, known), fix=fix)
        else:
            found[name] = argument
    return found


def near_miss(name: str, choices: Sequence[str]) -> str | None:
    """Return a help that names the choice nearest to `name`, or all of them where none is near."""
    from difflib import get_close_matches

    near = get_close_matches(name, choices, 1, 0.6)
    if near:
        return f'did you mean "{near[0]}"?'
    return f"it takes: {', '.join(choices)}" if choices else None


def text_of(given: Given | None) -> str | None:
    """Return the argument where it is a known string, else None."""
    return given.value if given is not None and isinstance(given.value, str) else None


def type_name(given: Given, folder: Folder) -> str | None:
    """Return the name of the Python type an argument stands for, or None."""
    if given.expression is None:
        return None
    entity = folder.names.of(given.expression, given.scope)
    return entity.name if isinstance(entity, Builtin) else None
