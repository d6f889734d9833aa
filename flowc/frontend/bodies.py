"""One walk over a method: what it does to `self`, and where it returns, yields and calls `self.next`.

The walk follows Python's order of evaluation, so that a read before a write stands before it.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from flowc.frontend.authoring import FLOW_MEMBERS
from flowc.frontend.index import FunctionNode

_HARMLESS: Final = frozenset(["isinstance", "type", "id", "print", "repr", "str", "hash", "callable", "super"])
"""Functions that take `self` and leave its attributes alone."""
_SKIPPED: Final = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)


@dataclass(frozen=True, slots=True)
class Touch:
    """One use of `self.name`; "super" is `super().name`."""

    name: str
    kind: Literal["read", "write", "delete", "super"]
    node: ast.expr


@dataclass(slots=True, eq=False)
class Body:
    """What one method does, nested functions included for touches, left out for the rest."""

    self_name: str | None
    touches: list[Touch] = field(default_factory=list)
    opaque: bool = False
    """`self` goes where flowc cannot follow."""
    nexts: list[ast.Call] = field(default_factory=list)
    loose_nexts: list[ast.expr] = field(default_factory=list)
    """`self.next` that is not called on the spot, or is called in a nested function."""
    returns: list[ast.Return] = field(default_factory=list)
    yields: list[ast.expr] = field(default_factory=list)


def walk_body(node: FunctionNode) -> Body:
    """Return what the method does to the object its first argument names."""
    arguments = [*node.args.posonlyargs, *node.args.args]
    body = Body(arguments[0].arg if arguments else None)
    pending: list[tuple[ast.AST, bool]] = [(statement, False) for statement in reversed(node.body)]
    while pending:
        here, nested = pending.pop()
        kind = type(here)
        visit = _VISITS.get(kind)
        children = _children(here) if visit is None else visit(here, nested, body)
        inner = nested or kind in _NESTING
        for child in reversed(children):
            if type(child) is not ast.Constant:
                pending.append((child, inner))
    return body


def _children(node: ast.AST) -> list[ast.AST]:
    found: list[ast.AST] = []
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, list):
            found.extend(item for item in value if isinstance(item, ast.AST))
        elif isinstance(value, ast.AST) and not isinstance(value, _SKIPPED):
            found.append(value)
    return found


def _name(node: Any, nested: bool, body: Body) -> list[ast.AST]:
    if node.id == body.self_name:
        body.opaque = True
    return []


def _augmented(node: Any, nested: bool, body: Body) -> list[ast.AST]:
    if isinstance(node.target, ast.Attribute) and _is_self(node.target.value, body):
        body.touches.append(Touch(node.target.attr, "read", node.target))
    return [node.value, node.target]


def _assigned(node: Any, nested: bool, body: Body) -> list[ast.AST]:
    return [node.value, *node.targets]


def _annotated(node: Any, nested: bool, body: Body) -> list[ast.AST]:
    return [node.value, node.target] if node.value is not None else []


def _walrus(node: Any, nested: bool, body: Body) -> list[ast.AST]:
    return [node.value, node.target]


def _loop(node: Any, nested: bool, body: Body) -> list[ast.AST]:
    return [node.iter, node.target, *node.body, *node.orelse]


def _comprehension(node: Any, nested: bool, body: Body) -> list[ast.AST]:
    return [*node.generators, node.elt]


def _dict_comprehension(node: Any, nested: bool, body: Body) -> list[ast.AST]:
    return [*node.generators, node.key, node.value]


def _generator(node: Any, nested: bool, body: Body) -> list[ast.AST]:
    return [node.iter, node.target, *node.ifs]


def _function(node: Any, nested: bool, body: Body) -> list[ast.AST]:
    return [*node.decorator_list, *_defaults(node.args), *([] if _shadows(node.args, body) else node.body)]


def _lambda(node: Any, nested: bool, body: Body) -> list[ast.AST]:
    return [*_defaults(node.args), *([] if _shadows(node.args, body) else [node.body])]


def _return(node: Any, nested: bool, body: Body) -> list[ast.AST]:
    if not nested:
        body.returns.append(node)
    return [node.value] if node.value is not None else []


def _yield(node: Any, nested: bool, body: Body) -> list[ast.AST]:
    if not nested:
        body.yields.append(node)
    return [node.value] if node.value is not None else []


def _is_self(node: ast.AST, body: Body) -> bool:
    return isinstance(node, ast.Name) and node.id == body.self_name


def _shadows(arguments: ast.arguments, body: Body) -> bool:
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    return any(argument is not None and argument.arg == body.self_name for argument in every)


def _defaults(arguments: ast.arguments) -> list[ast.AST]:
    return [default for default in (*arguments.defaults, *arguments.kw_defaults) if default is not None]


def _attribute(node: Any, nested: bool, body: Body) -> list[ast.AST]:
    if _is_super(node.value, body):
        body.touches.append(Touch(node.attr, "super", node))
        return []
    if not _is_self(node.value, body):
        return [node.value]
    if node.attr == "next":
        body.loose_nexts.append(node)
    elif node.attr == "__dict__":
        body.opaque = True
    elif isinstance(node.ctx, ast.Load):
        if node.attr not in FLOW_MEMBERS or node.attr == "merge_artifacts":
            body.touches.append(Touch(node.attr, "read", node))
    else:
        body.touches.append(Touch(node.attr, "write" if isinstance(node.ctx, ast.Store) else "delete", node))
    return []


def _is_super(node: ast.AST, body: Body) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"


def _call(node: Any, nested: bool, body: Body) -> list[ast.AST]:
    function = node.func
    if isinstance(function, ast.Attribute) and function.attr == "next" and _is_self(function.value, body):
        if nested:
            body.loose_nexts.append(node)
        else:
            body.nexts.append(node)
        return [*(keyword.value for keyword in node.keywords)]
    if isinstance(function, ast.Name) and node.args and _is_self(node.args[-1 if function.id == "super" else 0], body):
        rest: list[ast.AST] = [*node.args[1:], *node.keywords]
        if function.id in ("getattr", "setattr", "delattr", "hasattr"):
            return _by_name(node, function.id, rest, body)
        if function.id in _HARMLESS:
            return rest if function.id != "super" else []
    return [function, *node.args, *node.keywords]


def _by_name(node: ast.Call, function: str, rest: list[ast.AST], body: Body) -> list[ast.AST]:
    name = node.args[1] if len(node.args) > 1 else None
    if isinstance(name, ast.Constant) and isinstance(name.value, str):
        if function == "getattr" and len(node.args) == 2:
            body.touches.append(Touch(name.value, "read", node))
        elif function == "setattr":
            body.touches.append(Touch(name.value, "write", node))
        elif function == "delattr":
            body.touches.append(Touch(name.value, "delete", node))
    elif function != "hasattr":
        body.opaque = True
    return rest


_NESTING: Final = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef})
_VISITS: Final[dict[type[ast.AST], Callable[[Any, bool, Body], list[ast.AST]]]] = {
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.Assign: _assigned,
    ast.AugAssign: _augmented,
    ast.AnnAssign: _annotated,
    ast.NamedExpr: _walrus,
    ast.For: _loop,
    ast.AsyncFor: _loop,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _dict_comprehension,
    ast.comprehension: _generator,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.Lambda: _lambda,
    ast.Return: _return,
    ast.Yield: _yield,
    ast.YieldFrom: _yield,
}
"""How a node is read: each notes what it does and returns the children to visit, in order of evaluation."""
