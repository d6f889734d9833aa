"""Calls to values: `os.path.join`, conversions, text methods, `Config` and `config_expr`."""

import ast
import posixpath
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from flowc.frontend.entities import Authoring, Builtin, External, Scope, plain
from flowc.frontend.operators import PLAIN, TEXT_METHODS, text_method

if TYPE_CHECKING:
    from flowc.frontend.literals import Folder

_CONTAINERS: Final[Mapping[str, Callable[[Any], Any]]] = {"list": list, "tuple": tuple, "set": set}
_SCALARS: Final[Mapping[str, Callable[[Any], Any]]] = {"str": str, "int": int, "float": float, "bool": bool}


def fold_call(folder: "Folder", node: ast.Call, scope: Scope, depth: int) -> Any:
    """Return the value of a call of something that flowc knows the meaning of; stops at any other."""
    entity = folder.names.of(node.func, scope)
    match entity:
        case External(name="os.path.join" | "posixpath.join"):
            parts = [folder.known(part, scope, depth) for part in node.args]
            return folder.attempt(lambda: posixpath.join(*parts), node, scope)
        case External(name="os.getenv" | "os.environ.get"):
            raise folder.stop("it reads the environment", node, scope)
        case Authoring(name="Config") if folder.config_of is not None:
            return folder.config_of(node, scope)
        case Authoring(name="config_expr"):
            return _config_expr(folder, node, scope, depth)
        case Builtin(name="str" | "int" | "float" | "bool" as name) if len(node.args) == 1 and not node.keywords:
            value = folder.known(node.args[0], scope, depth)
            if isinstance(value, PLAIN):
                return folder.attempt(lambda: _SCALARS[name](value), node, scope)
        case Builtin(name="list" | "tuple" | "set" as kind) if len(node.args) <= 1 and not node.keywords:
            inner = folder.known(node.args[0], scope, depth) if node.args else ()
            if isinstance(inner, set) and kind != "set":
                raise folder.stop("a set has no order", node, scope)
            return folder.attempt(lambda: _CONTAINERS[kind](inner), node, scope)
        case Builtin(name="len") if len(node.args) == 1 and not node.keywords:
            sized = folder.known(node.args[0], scope, depth)
            return folder.attempt(lambda: len(sized), node, scope)
        case Builtin(name="dict") if len(node.args) <= 1:
            return _dict_call(folder, node, scope, depth)
    if isinstance(node.func, ast.Attribute) and node.func.attr in TEXT_METHODS and not node.keywords:
        return _text_method(folder, node, node.func, scope, depth)
    text = folder.text(node.func, scope)
    raise folder.stop(f"`{text}(…)` is called when the flow runs", node, scope)


def _text_method(folder: "Folder", node: ast.Call, function: ast.Attribute, scope: Scope, depth: int) -> Any:
    holder = folder.known(function.value, scope, depth)
    arguments = [folder.known(argument, scope, depth) for argument in node.args]
    if not isinstance(holder, str) or not all(isinstance(argument, str | int) for argument in arguments):
        raise folder.stop(f"`{folder.text(function, scope)}(…)` is called when the flow runs", node, scope)
    return folder.attempt(lambda: text_method(holder, function.attr, arguments), node, scope)


def _dict_call(folder: "Folder", node: ast.Call, scope: Scope, depth: int) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    if node.args:
        inner = folder.known(node.args[0], scope, depth)
        folder.attempt(lambda: found.update(inner), node, scope)
    for keyword in node.keywords:
        if keyword.arg is None:
            more = folder.known(keyword.value, scope, depth)
            folder.attempt(lambda more=more: found.update(more), node, scope)  # type: ignore[misc]  # bound default
        else:
            found[keyword.arg] = plain(folder.part(keyword.value, scope, depth))
    return found


def _config_expr(folder: "Folder", node: ast.Call, scope: Scope, depth: int) -> Any:
    if len(node.args) != 1 or node.keywords:
        raise folder.stop("config_expr takes one expression", node, scope)
    text = folder.known(node.args[0], scope, depth)
    if not isinstance(text, str) or len(text) > 10_000:
        raise folder.stop("the expression of config_expr is not a string", node, scope)
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise folder.stop(f"config_expr cannot read `{text[:60]}`", node, scope) from None
    for inner in ast.walk(tree.body):
        # Findings point at the call: places inside its text would mean another file.
        if isinstance(inner, ast.expr | ast.keyword):
            ast.copy_location(inner, node.args[0])
    return folder.fold(tree.body, Scope(scope.module, scope.table, scope.before, scope.late, folder.configs), depth)
