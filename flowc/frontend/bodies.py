"""One walk over a method: what it does to `self`, and where it returns, yields and calls `self.next`.

The walk follows Python's order of evaluation, so that a read before a write stands before it.
"""

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

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
        inner = nested or isinstance(here, FunctionNode | ast.Lambda | ast.ClassDef)
        pending.extend((child, inner) for child in reversed(_visit(here, nested, body)))
    return body


def _visit(node: ast.AST, nested: bool, body: Body) -> list[ast.AST]:
    """Note what `node` does and return the children to visit, in order of evaluation."""
    match node:
        case ast.Constant():
            return []
        case ast.Name(id=name):
            body.opaque = body.opaque or name == body.self_name
            return []
        case ast.Attribute():
            return _attribute(node, body)
        case ast.Call():
            return _call(node, nested, body)
        case ast.Assign(targets=targets, value=value):
            return [value, *targets]
        case ast.AugAssign(target=target, value=value):
            if isinstance(target, ast.Attribute) and _is_self(target.value, body):
                body.touches.append(Touch(target.attr, "read", target))
            return [value, target]
        case ast.AnnAssign(target=target, value=value):
            return [value, target] if value is not None else []
        case ast.NamedExpr(target=target, value=value):
            return [value, target]
        case (
            ast.For(target=target, iter=iterable, body=inner, orelse=orelse)
            | ast.AsyncFor(target=target, iter=iterable, body=inner, orelse=orelse)
        ):
            return [iterable, target, *inner, *orelse]
        case ast.ListComp(elt=element, generators=generators) | ast.SetComp(elt=element, generators=generators):
            return [*generators, element]
        case ast.GeneratorExp(elt=element, generators=generators):
            return [*generators, element]
        case ast.DictComp(key=key, value=item, generators=generators):
            return [*generators, key, item]
        case ast.comprehension(target=target, iter=iterable, ifs=conditions):
            return [iterable, target, *conditions]
        case ast.FunctionDef(args=args, decorator_list=decorators) | ast.AsyncFunctionDef(args=args, decorator_list=decorators):
            return [*decorators, *_defaults(args), *([] if _shadows(args, body) else node.body)]
        case ast.Lambda(args=args, body=expression):
            return [*_defaults(args), *([] if _shadows(args, body) else [expression])]
        case ast.Return(value=value):
            if not nested:
                body.returns.append(node)
            return [value] if value is not None else []
        case ast.Yield() | ast.YieldFrom():
            if not nested:
                body.yields.append(node)
            return [node.value] if node.value is not None else []
    return list(_children(node))


def _children(node: ast.AST) -> Iterable[ast.AST]:
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, list):
            yield from (item for item in value if isinstance(item, ast.AST))
        elif isinstance(value, ast.AST) and not isinstance(value, _SKIPPED):
            yield value


def _is_self(node: ast.AST, body: Body) -> bool:
    return isinstance(node, ast.Name) and node.id == body.self_name


def _shadows(arguments: ast.arguments, body: Body) -> bool:
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    return any(argument is not None and argument.arg == body.self_name for argument in every)


def _defaults(arguments: ast.arguments) -> list[ast.AST]:
    return [default for default in (*arguments.defaults, *arguments.kw_defaults) if default is not None]


def _attribute(node: ast.Attribute, body: Body) -> list[ast.AST]:
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


def _call(node: ast.Call, nested: bool, body: Body) -> list[ast.AST]:
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
