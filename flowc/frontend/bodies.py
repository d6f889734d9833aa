"""One walk over a method: what it does to `self` and `inputs`, and where it returns, yields and calls `self.next`.

The walk follows Python's order of evaluation, so that a read before a write stands before it. How statements bend that order is in
`branching`; here are expressions and assignments.
"""

import ast
from collections.abc import Callable
from typing import Any, Final

from flowc.frontend.authoring import FLOW_MEMBERS
from flowc.frontend.branching import BRANCHING, Child, comprehension
from flowc.frontend.index import FunctionNode
from flowc.frontend.merge_calls import merge_arguments
from flowc.frontend.touches import Body, Context

_HARMLESS: Final = frozenset(["isinstance", "type", "id", "print", "repr", "str", "hash", "callable", "super"])
"""Functions that take `self` and leave its attributes alone."""
_BY_NAME: Final = frozenset(["getattr", "setattr", "delattr", "hasattr"])
_CONSUMERS: Final = frozenset(["sum", "max", "min", "list", "sorted", "tuple", "set", "dict", "frozenset"])
"""Functions that go through all of a generator."""
_SKIPPED: Final = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)


def walk_body(node: FunctionNode) -> Body:
    """Return what the method does to the object its first argument names; a static or class method touches no such object."""
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    body = Body(names[0] if names else None, names[1] if len(names) > 1 else None)
    body.unbound = any(_unbinds(decorator) for decorator in node.decorator_list)
    pending: list[tuple[ast.AST, Context]] = [(statement, Context()) for statement in reversed(node.body)]
    while pending:
        here, context = pending.pop()
        visit = _VISITS.get(type(here))
        for child in reversed(_children(here) if visit is None else visit(here, context, body)):
            if type(child) is tuple:
                pending.append(child)
            elif type(child) is not ast.Constant:
                pending.append((child, context))  # type: ignore[arg-type]  # what is no pair is a node
    return body


def _unbinds(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Name) and decorator.id in ("staticmethod", "classmethod")


def _children(node: ast.AST) -> list[Child]:
    found: list[Child] = []
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, list):
            found.extend(item for item in value if isinstance(item, ast.AST))
        elif isinstance(value, ast.AST) and not isinstance(value, _SKIPPED):
            found.append(value)
    return found


def _name(node: Any, context: Context, body: Body) -> list[Child]:
    if node.id == body.self_name:
        body.escape(node, context)
    elif node.id == body.inputs_name and not isinstance(node.ctx, ast.Load):
        body.inputs_rebound = True
    return []


def _assigned(node: Any, context: Context, body: Body) -> list[Child]:
    plain = [target for target in node.targets if isinstance(target, ast.Attribute) and _is_self(target.value, body)]
    if len(plain) < len(node.targets):
        return [node.value, *node.targets]
    return [node.value, *(_Write(target, node.value) for target in plain)]


class _Write(ast.AST):
    """Stands for `self.target = value` among the children of an assignment."""

    _fields = ()

    def __init__(self, target: ast.Attribute, value: ast.expr) -> None:
        super().__init__()
        self.target = target
        self.value = value


def _write(node: _Write, context: Context, body: Body) -> list[Child]:
    body.add(node.target.attr, "write", node.target, context, value=node.value)
    return []


def _augmented(node: Any, context: Context, body: Body) -> list[Child]:
    if isinstance(node.target, ast.Attribute) and _is_self(node.target.value, body):
        body.add(node.target.attr, "read", node.target, context)
    return [node.value, node.target]


def _annotated(node: Any, context: Context, body: Body) -> list[Child]:
    return [node.value, node.target] if node.value is not None else []


def _walrus(node: Any, context: Context, body: Body) -> list[Child]:
    return [node.value, node.target]


def _return(node: Any, context: Context, body: Body) -> list[Child]:
    if context.nested:
        return [node.value] if node.value is not None else []
    body.returns.append(node)
    return [node.value, (_End(), context)] if node.value is not None else [(_End(), context)]


class _End(ast.AST):
    """Stands behind the value of a `return`."""

    _fields = ()


def _end(node: Any, context: Context, body: Body) -> list[Child]:
    body.returned = body.returned or not context.sure
    return []


def _raise(node: Any, context: Context, body: Body) -> list[Child]:
    children: list[Child] = [child for child in (node.exc, node.cause) if child is not None]
    return [*children, (_Stop(), context)]


class _Stop(ast.AST):
    """Stands behind what a `raise` raises: what follows it never runs."""

    _fields = ()


def _stop(node: Any, context: Context, body: Body) -> list[Child]:
    if context.sure and not context.nested:
        body.add("", "escape", node, context)
    return []


def _yield(node: Any, context: Context, body: Body) -> list[Child]:
    if not context.nested:
        body.yields.append(node)
    return [node.value] if node.value is not None else []


def _is_self(node: ast.AST, body: Body) -> bool:
    return isinstance(node, ast.Name) and node.id == body.self_name


def _attribute(node: Any, context: Context, body: Body) -> list[Child]:
    holder = node.value
    if not isinstance(holder, ast.Name):
        if _is_super(holder):
            merge = merge_arguments(None, body) if node.attr == "merge_artifacts" else None
            body.add(node.attr, "super" if merge is None else "merge", node, context, merge=merge)
            return []
        return _member(node, holder, context, body)
    if holder.id != body.self_name:
        if isinstance(node.ctx, ast.Load) and holder.id == body.inputs_name:
            body.add(node.attr, "branch", node, context)
        elif isinstance(node.ctx, ast.Load) and holder.id in context.members:
            body.add(node.attr, "member", node, context)
        return []
    if node.attr == "next":
        body.loose_nexts.append(node)
    elif node.attr == "__dict__":
        body.escape(node, context)
    elif not isinstance(node.ctx, ast.Load):
        body.add(node.attr, "write" if isinstance(node.ctx, ast.Store) else "delete", node, context)
    elif node.attr in ("input", "index"):
        if id(node) not in body.tested:
            body.add(node.attr, "item", node, context)
    elif node.attr not in FLOW_MEMBERS or node.attr == "merge_artifacts":
        body.add(node.attr, "read", node, context)
    return []


def _member(node: Any, holder: ast.expr, context: Context, body: Body) -> list[Child]:
    """Note `inputs.train.x` and `inputs[0].x`."""
    if isinstance(node.ctx, ast.Load) and body.inputs_name is not None:
        match holder:
            case ast.Attribute(value=ast.Name(id=name), attr=branch) if name == body.inputs_name:
                return [holder, (_Member(node, branch), context)]
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=int(number))) if name == body.inputs_name:
                body.add(node.attr, "member", node, context, selector=number)
                return []
            case ast.Subscript(value=ast.Name(id=name), slice=ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number)))):
                if name == body.inputs_name:
                    body.add(node.attr, "member", node, context, selector=-number)
                    return []
    return [holder]


class _Member(ast.AST):
    """Stands for the `x` of `inputs.train.x`, behind `inputs.train`."""

    _fields = ()

    def __init__(self, node: ast.Attribute, branch: str) -> None:
        self.node = node
        self.branch = branch


def _member_of_branch(node: _Member, context: Context, body: Body) -> list[Child]:
    body.add(node.node.attr, "member", node.node, context, selector=node.branch)
    return []


def _is_super(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"


def _call(node: Any, context: Context, body: Body) -> list[Child]:
    function = node.func
    if isinstance(function, ast.Attribute):
        if _is_self(function.value, body):
            return _method_call(node, function, context, body)
        if _is_super(function.value):
            return [*node.args, *node.keywords, (_Called(function), context)]
    elif isinstance(function, ast.Name) and node.args:
        if _is_self(node.args[-1 if function.id == "super" else 0], body):
            rest: list[Child] = [*node.args[1:], *node.keywords]
            if function.id in _BY_NAME:
                return _by_name(node, function.id, rest, context, body)
            if function.id in _HARMLESS:
                return rest if function.id != "super" else []
        elif function.id in ("hasattr", "getattr") and len(node.args) != 2 - (function.id == "hasattr"):
            _probe_member(node, context, body)
        elif function.id in _CONSUMERS and isinstance(node.args[0], ast.GeneratorExp):
            rest = [*node.args[1:], *node.keywords]
            return [*comprehension(node.args[0], context, body), *rest]
    return [function, *node.args, *node.keywords]


class _Called(ast.AST):
    """Stands for a method that is called, behind the arguments that it gets."""

    _fields = ()

    def __init__(self, function: ast.Attribute) -> None:
        self.function = function


def _called(node: _Called, context: Context, body: Body) -> list[Child]:
    function = node.function
    if _is_super(function.value):
        if function.attr == "merge_artifacts":
            body.add(function.attr, "merge", function, context, merge=merge_arguments(None, body))
        else:
            body.add(function.attr, "super", function, context, called=True)
    else:
        body.add(function.attr, "read", function, context, called=True)
    return []


def _method_call(node: ast.Call, function: ast.Attribute, context: Context, body: Body) -> list[Child]:
    if function.attr == "next":
        if context.nested:
            body.loose_nexts.append(node)
        else:
            body.nexts.append(node)
        return [*(keyword.value for keyword in node.keywords)]
    if function.attr == "merge_artifacts":
        body.add(function.attr, "read", function, context)
        body.add(function.attr, "merge", node, context, merge=merge_arguments(node, body))
        return [*node.args, *node.keywords]
    if function.attr in FLOW_MEMBERS or function.attr == "__dict__":
        return [function, *node.args, *node.keywords]
    return [*node.args, *node.keywords, (_Called(function), context)]


def _by_name(node: ast.Call, function: str, rest: list[Child], context: Context, body: Body) -> list[Child]:
    name = node.args[1] if len(node.args) > 1 else None
    if isinstance(name, ast.Constant) and isinstance(name.value, str):
        if function == "getattr" and len(node.args) == 2:
            body.add(name.value, "read", node, context)
        elif function == "setattr":
            body.add(name.value, "write", node, context, value=node.args[2] if len(node.args) == 3 else None)
        elif function == "delattr":
            body.add(name.value, "delete", node, context)
        else:
            body.add(name.value, "probe", node, context)
    elif function == "setattr" or function == "delattr":
        body.escape(node, context)
    else:
        body.opaque = body.opaque or function == "getattr"
        body.add("", "probe", node, context)
    return rest


def _probe_member(node: ast.Call, context: Context, body: Body) -> None:
    """Note `hasattr(inputs[0], "x")` and the like, of any object: what is asked for is no surprise if it is missing."""
    name = node.args[1] if len(node.args) > 1 else None
    body.add(str(name.value) if isinstance(name, ast.Constant) else "", "member probe", node, context)


_VISITS: Final[dict[type[ast.AST], Callable[[Any, Context, Body], list[Child]]]] = {
    **BRANCHING,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.Assign: _assigned,
    ast.AugAssign: _augmented,
    ast.AnnAssign: _annotated,
    ast.NamedExpr: _walrus,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Yield: _yield,
    ast.YieldFrom: _yield,
    _Write: _write,
    _End: _end,
    _Stop: _stop,
    _Member: _member_of_branch,
    _Called: _called,
}
"""How a node is read: each notes what it does and returns the children to visit, in order of evaluation."""
