"""How statements and some expressions bend the way through a method: what runs surely, perhaps, in a loop, later, or guarded."""

import ast
import builtins
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from flowc.frontend.touches import Body, Context

Child = ast.AST | tuple[ast.AST, Context]
"""A node to visit in the context of its parent, or with a context of its own."""

_SWALLOWS: Final = re.compile(r"suppress|raises|assert|expect|ignor|catch|swallow|except", re.IGNORECASE)
"""What a context manager that ends exceptions is called."""


def _maybe(nodes: Sequence[ast.AST], context: Context) -> list[Child]:
    perhaps = context.maybe()
    return [(node, perhaps) for node in nodes]


def _if(node: Any, context: Context, body: Body) -> list[Child]:
    _tested(node.test, body)
    return [node.test, *_maybe([*node.body, *node.orelse], context)]


def _if_expression(node: Any, context: Context, body: Body) -> list[Child]:
    _tested(node.test, body)
    return [node.test, *_maybe([node.body, node.orelse], context)]


def _boolean(node: Any, context: Context, body: Body) -> list[Child]:
    for value in node.values:
        _tested(value, body)
    return [node.values[0], *_maybe(node.values[1:], context)]


def _compare(node: Any, context: Context, body: Body) -> list[Child]:
    for part in (node.left, *node.comparators):
        _tested(part, body)
    return [node.left, node.comparators[0], *_maybe(node.comparators[1:], context)]


def _not(node: Any, context: Context, body: Body) -> list[Child]:
    _tested(node.operand, body)
    return [node.operand]


def _tested(node: ast.AST, body: Body) -> None:
    if isinstance(node, ast.Attribute):
        body.tested.add(id(node))


def _assert(node: Any, context: Context, body: Body) -> list[Child]:
    _tested(node.test, body)
    return [node.test, *_maybe([node.msg] if node.msg is not None else [], context)]


def _for(node: Any, context: Context, body: Body) -> list[Child]:
    inside = _in_loop(node.iter, node.target, context, body, rebinds=node.body)
    return [node.iter, (node.target, inside), *((child, inside) for child in node.body), *_maybe(node.orelse, context)]


def _in_loop(iterated: ast.expr, target: ast.expr, context: Context, body: Body, rebinds: Sequence[ast.AST] = ()) -> Context:
    """Return the context of what a loop over `iterated` repeats. There is at least one of `inputs`, and perhaps none of anything else."""
    each = _each_input(iterated, target, body)
    loops = (*context.loops, body.new_loop())
    if each is None:
        return context._replace(loops=loops, sure=False, unsure=context.loops, members=_without(context.members, target))
    members = (*_without(context.members, target), *([] if _binds_again(each, rebinds) else [each]))
    return context._replace(loops=loops, members=members)


def _each_input(iterated: ast.expr, target: ast.expr, body: Body) -> str | None:
    """Return the name that stands for one of `inputs` after another: `for each in inputs`, `for number, each in enumerate(inputs)`."""
    match iterated, target:
        case ast.Name(id=name), ast.Name(id=each) if name == body.inputs_name:
            return each
        case (
            ast.Call(func=ast.Name(id="enumerate"), args=[ast.Name(id=name), *_]),
            ast.Tuple(elts=[_, ast.Name(id=each)]),
        ) if name == body.inputs_name:
            return each
    return None


def _binds_again(name: str, statements: Sequence[ast.AST]) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
        for statement in statements
        for node in ast.walk(statement)
    )


def _without(members: tuple[str, ...], target: ast.expr) -> tuple[str, ...]:
    if not members:
        return members
    bound = {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}
    return tuple(name for name in members if name not in bound)


def _while(node: Any, context: Context, body: Body) -> list[Child]:
    _tested(node.test, body)
    loops = (*context.loops, body.new_loop())
    test = context._replace(loops=loops)
    inside = context._replace(loops=loops, sure=False, unsure=context.loops)
    return [(node.test, test), *((child, inside) for child in node.body), *_maybe(node.orelse, context)]


def _jump(node: Any, context: Context, body: Body) -> list[Child]:
    if context.loops and not context.nested:
        body.broken.add(context.loops[-1])
    return []


def comprehension(node: Any, context: Context, body: Body) -> list[Child]:
    """Return the children of a comprehension, each in its context."""
    children: list[Child] = []
    inside = context
    for generator in node.generators:
        children.append((generator.iter, inside))
        inside = _in_loop(generator.iter, generator.target, inside, body)
        children.append((generator.target, inside))
        for test in generator.ifs:
            children.append((test, inside))
            inside = inside.maybe()
    elements = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
    return [*children, *((element, inside) for element in elements)]


def _generator(node: Any, context: Context, body: Body) -> list[Child]:
    first, *rest = comprehension(node, context, body)
    perhaps: list[Child] = [(child[0], child[1].maybe()) for child in rest if isinstance(child, tuple)]
    return [first, *perhaps]


def _try(node: Any, context: Context, body: Body) -> list[Child]:
    inside = context
    if node.handlers:
        inside = context.maybe()
        if any(_catches(handler.type) for handler in node.handlers):
            inside = inside._replace(guarded=True)
    rest = _maybe([*node.handlers, *node.orelse], context)
    return [*((child, inside) for child in node.body), *rest, *node.finalbody]


def _catches(caught: ast.expr | None) -> bool:
    """Whether a handler may catch an AttributeError: every one but those of Python's other exceptions."""
    match caught:
        case ast.Tuple(elts=elements):
            return any(_catches(element) for element in elements)
        case ast.Name(id=name):
            found = getattr(builtins, name, None)
            return not isinstance(found, type) or issubclass(AttributeError, found)
    return True


def _with(node: Any, context: Context, body: Body) -> list[Child]:
    inside = context
    if any(_SWALLOWS.search(_text(item.context_expr)) for item in node.items):
        inside = context.maybe()._replace(guarded=True)
    return [*node.items, *((child, inside) for child in node.body)]


def _text(node: ast.expr) -> str:
    function = node.func if isinstance(node, ast.Call) else node
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _match(node: Any, context: Context, body: Body) -> list[Child]:
    return [node.subject, *_maybe(node.cases, context)]


def _function(node: Any, context: Context, body: Body) -> list[Child]:
    return [*node.decorator_list, *_defaults(node.args), *_later(node.args, node.body, context, body)]


def _lambda(node: Any, context: Context, body: Body) -> list[Child]:
    return [*_defaults(node.args), *_later(node.args, [node.body], context, body)]


def _class(node: Any, context: Context, body: Body) -> list[Child]:
    inside = context.maybe()._replace(nested=True)
    return [*node.decorator_list, *node.bases, *node.keywords, *((child, inside) for child in node.body)]


def _later(arguments: ast.arguments, nodes: Sequence[ast.AST], context: Context, body: Body) -> list[Child]:
    """Return the body of a nested function, unless it calls something of its own by the name of `self`."""
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    names = {argument.arg for argument in every if argument is not None}
    if body.self_name in names:
        return []
    members = tuple(name for name in context.members if name not in names)
    inside = context.maybe()._replace(nested=True, members=members, guarded=context.guarded or body.inputs_name in names)
    return [(node, inside) for node in nodes]


def _defaults(arguments: ast.arguments) -> list[Child]:
    return [default for default in (*arguments.defaults, *arguments.kw_defaults) if default is not None]


BRANCHING: Final[dict[type[ast.AST], Callable[[Any, Context, Body], list[Child]]]] = {
    ast.If: _if,
    ast.IfExp: _if_expression,
    ast.BoolOp: _boolean,
    ast.Compare: _compare,
    ast.UnaryOp: _not,
    ast.Assert: _assert,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.Break: _jump,
    ast.Continue: _jump,
    ast.ListComp: comprehension,
    ast.SetComp: comprehension,
    ast.DictComp: comprehension,
    ast.GeneratorExp: _generator,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Match: _match,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.Lambda: _lambda,
    ast.ClassDef: _class,
}
"""How such a node is read: the children to visit, in order of evaluation, those that bend the way with their context."""
