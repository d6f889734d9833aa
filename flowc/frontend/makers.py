"""Declarations made by the project's own functions: `x = option("x", 3)`, where `option` returns a `Parameter`.

A function that does nothing but return the declaration is read through. Of any other expression that may give one, only that is said.
"""

import ast
import copy
from collections.abc import Iterator, Mapping
from typing import Final

from flowc.frontend.entities import Authoring, Builtin, Entity, OfClass, OfFunction, OfValue, Scope
from flowc.frontend.literals import Folder
from flowc.ir.values import Value, first_unknown

KINDS: Final = frozenset({"Parameter", "IncludeFile", "Config"})
_MAX_CALLS: Final = 10
"""Functions read through, one calling the next."""
_MAX_NODES: Final = 20_000
_CONTAINERS: Final = (ast.Dict, ast.List, ast.Tuple, ast.DictComp, ast.ListComp)
_DATA: Final = (str, int, float, complex, bool, bytes, type(None))


class Makers:
    """Reads through calls of the project's functions. The same call gives the same expression each time."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._names = folder.names
        self._known: dict[int, tuple[ast.Call, tuple[ast.Call, Scope] | None]] = {}

    def behind(self, call: ast.Call, scope: Scope) -> tuple[ast.Call, Scope]:
        """Return the call that `call` comes to where it is one of functions that only return another; else `call` itself."""
        for _ in range(_MAX_CALLS):
            if id(call) not in self._known:
                try:
                    self._known[id(call)] = (call, self._returned(call, scope))
                except RecursionError:
                    self._known[id(call)] = (call, None)
            inner = self._known[id(call)][1]
            if inner is None:
                break
            call, scope = inner
        return call, scope

    def hidden_kind(self, expression: ast.expr, scope: Scope) -> str | None:
        """Return the kind of declaration that an expression may give, where it makes one out of flowc's sight; None where it makes none."""
        pending: list[tuple[ast.AST, Scope]] = [(part, scope) for part in _sources(expression)]
        seen: dict[int, ast.AST] = {}
        while pending and len(seen) < _MAX_NODES:
            node, here = pending.pop()
            if id(node) in seen:
                continue
            seen[id(node)] = node
            kind = self._kind_of(node, here)
            if kind is not None:
                return kind
            pending.extend(self._inside(node, here))
        return None

    def _kind_of(self, node: ast.AST, scope: Scope) -> str | None:
        if not isinstance(node, ast.Call):
            return None
        for expression in (node.func, *node.args[:1]):  # functools.partial(Parameter, …)
            entity = self._names.of(expression, scope)
            if isinstance(entity, Authoring) and entity.name in KINDS:
                return entity.name
        return None

    def _inside(self, node: ast.AST, scope: Scope) -> Iterator[tuple[ast.AST, Scope]]:
        """Yield what a node is made of: its parts, the body of a function that it calls, the container that it looks into."""
        if isinstance(node, ast.Call):
            yield from self._behind_name(self._names.of(node.func, scope))
        elif isinstance(node, ast.Subscript):
            entity = self._names.of(node.value, scope)
            if isinstance(entity, OfValue) and isinstance(entity.binding.value, _CONTAINERS):
                yield entity.binding.value, entity.scope
        yield from ((child, scope) for child in ast.iter_child_nodes(node))

    def _behind_name(self, entity: Entity) -> Iterator[tuple[ast.AST, Scope]]:
        match entity:
            case OfFunction(module=module, node=node):
                yield from ((statement, Scope(module)) for statement in node.body)
            case OfClass(module=module, node=node):
                # A class of one's own that derives from Parameter: as good as a call of it.
                yield from ((ast.Call(base, [], []), Scope(module)) for base in node.bases)
            case OfValue(scope=scope, binding=binding):
                yield binding.value, scope

    def _returned(self, call: ast.Call, scope: Scope) -> tuple[ast.Call, Scope] | None:
        """Return what the function called returns, arguments put in their places, where that is a call and all there is to it."""
        found = self._function(self._names.of(call.func, scope))
        if found is None:
            return None
        inner, arguments, result = found
        given = self._bound(arguments, call, scope, inner)
        if given is None:
            return None
        made = _Placing(given).visit(copy.deepcopy(result))
        return (made, inner) if isinstance(made, ast.Call) else None

    def _function(self, entity: Entity) -> tuple[Scope, ast.arguments, ast.Call] | None:
        match entity:
            case OfFunction(module=module, node=ast.FunctionDef(decorator_list=[]) as node):
                body = node.body[1:] if ast.get_docstring(node) is not None else node.body
                if len(body) == 1 and isinstance(body[0], ast.Return) and isinstance(body[0].value, ast.Call):
                    return Scope(module), node.args, body[0].value
            case OfValue(scope=scope, binding=binding) if not binding.path:
                if isinstance(binding.value, ast.Lambda) and isinstance(binding.value.body, ast.Call):
                    return Scope(scope.module), binding.value.args, binding.value.body
        return None

    def _bound(self, arguments: ast.arguments, call: ast.Call, scope: Scope, inner: Scope) -> Mapping[str, ast.expr] | None:
        """Return what each argument of a function stands for in a call of it; None where that cannot be told."""
        names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
        if arguments.vararg or arguments.kwarg or len(call.args) > len(names):
            return None
        defaults = {**dict(zip(reversed(names), reversed(arguments.defaults), strict=False))}
        defaults.update({argument.arg: value for argument, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if value})
        passed: dict[str, ast.expr] = dict(zip(names, call.args, strict=False))
        for keyword in call.keywords:
            if keyword.arg is None or keyword.arg in passed:
                return None
            passed[keyword.arg] = keyword.value
        wanted = {*names, *(argument.arg for argument in arguments.kwonlyargs)}
        if not passed.keys() <= wanted or not wanted <= {*passed, *defaults}:
            return None
        bound = {name: self._literal(value, scope, inner) for name, value in passed.items()}
        bound.update({name: self._literal(value, inner, inner) for name, value in defaults.items() if name not in passed})
        known = {name: value for name, value in bound.items() if value is not None}
        return known if len(known) == len(bound) else None

    def _literal(self, expression: ast.expr, scope: Scope, inner: Scope) -> ast.expr | None:
        """Return an expression that means in `inner` what `expression` means in `scope`: data as its literal, a type as its name."""
        entity = self._names.of(expression, scope)
        if isinstance(entity, Builtin) and self._names.named(entity.name, inner) == entity:
            return ast.Name(entity.name, ast.Load())
        if isinstance(entity, Authoring) and isinstance(expression, ast.Name) and self._names.named(expression.id, inner) == entity:
            return expression
        value = self._folder.value(expression, scope)
        return ast.parse(repr(value), mode="eval").body if _is_data(value) else None


class _Placing(ast.NodeTransformer):
    """Puts arguments in the place of their names; findings about one point at where the function uses it."""

    def __init__(self, given: Mapping[str, ast.expr]) -> None:
        self._given = given

    def visit_Name(self, node: ast.Name) -> ast.expr:
        value = self._given.get(node.id)
        if value is None:
            return node
        placed = copy.deepcopy(value)
        for part in ast.walk(placed):
            ast.copy_location(part, node)
        return placed


def _is_data(value: Value) -> bool:
    """Whether `repr` gives a literal of `value` back."""
    if first_unknown(value) is not None:
        return False
    pending: list[Value] = [value]
    while pending:
        here = pending.pop()
        if isinstance(here, dict):
            pending.extend(part for pair in here.items() for part in pair)
        elif isinstance(here, list | tuple | set):
            if here == set():
                return False
            pending.extend(here)
        elif not isinstance(here, _DATA) or (isinstance(here, float | complex) and repr(here).strip("()") in ("inf", "-inf", "nan")):
            return False
    return True


def _sources(expression: ast.expr) -> list[ast.expr]:
    """Return the parts of an expression one of which is its value: both arms of a condition, the operands of `or`."""
    found: list[ast.expr] = []
    pending = [expression]
    while pending:
        match pending.pop():
            case ast.IfExp(body=body, orelse=orelse):
                pending += [body, orelse]
            case ast.BoolOp(values=values):
                pending += values
            case ast.NamedExpr(value=value) | ast.Starred(value=value):
                pending.append(value)
            case ast.Call() | ast.Subscript() as part:
                found.append(part)
    return found
