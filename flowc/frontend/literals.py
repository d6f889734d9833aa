"""Expressions to values: literals, names of constants, f-strings, arithmetic, `os.path.join`, paths into configs.

What cannot be known without running the flow is `Unknown` with the reason, never a guess. Sizes are capped, so that no source
makes the compiler slow or large.
"""

import ast
import posixpath
from collections.abc import Callable, Mapping
from typing import Any, Final

from flowc.diagnostics import codes
from flowc.diagnostics.model import Report
from flowc.frontend.index import Assigned
from flowc.frontend.names import (
    Authoring,
    Builtin,
    ConfigPath,
    Entity,
    External,
    Names,
    Nowhere,
    OfClass,
    OfFunction,
    OfModule,
    OfValue,
    Scope,
)
from flowc.frontend.operators import BINARY, COMPARE, TEXT_METHODS, UNARY, TooLargeError, text_method
from flowc.ir.values import Unknown, Value

_MAX_DEPTH: Final = 60
_MAX_NODES: Final = 200_000
_PLAIN: Final = (str, int, float, bool, type(None))
_SCALARS: Final[Mapping[str, Callable[[Any], Any]]] = {"str": str, "int": int, "float": float, "bool": bool}
_CONVERSIONS: Final[Mapping[int, Callable[[Any], str]]] = {ord("s"): str, ord("r"): repr, ord("a"): ascii}
_CONTAINERS: Final[Mapping[str, Callable[[Any], Any]]] = {"list": list, "tuple": tuple, "set": set}


class _StopError(Exception):
    """The value cannot be known; `final` where not even the container around it can."""

    def __init__(self, unknown: Unknown, *, final: bool = False) -> None:
        self.unknown = unknown
        self.final = final


class Folder:
    """Folds expressions of one project. `config_of` reads a `Config(...)` call where an expression leads to one."""

    def __init__(self, names: Names, report: Report) -> None:
        self.names = names
        self.report = report
        self.config_of: Callable[[ast.Call, Scope], ConfigPath] | None = None
        self.configs: Mapping[str, ConfigPath] = {}
        """Configs of the flow at hand by name, for `config_expr`."""
        self._known: dict[tuple[int, tuple[int, ...]], tuple[Any, int]] = {}
        self._open: set[tuple[int, tuple[int, ...]]] = set()
        self._nodes = 0

    def value(self, expression: ast.expr, scope: Scope) -> Value:
        """Return the value of `expression`, or `Unknown` with the reason; containers may hold `Unknown` inside."""
        if isinstance(expression, ast.Constant) and expression.value is not ...:
            literal: Value = expression.value
            return literal
        self._nodes = 0
        try:
            return _plain(self._fold(expression, scope, 0))
        except _StopError as stop:
            return stop.unknown

    def bound(self, binding: Assigned, scope: Scope) -> Value:
        """Return the value that an assignment in `scope` gives its name."""
        self._nodes = 0
        try:
            return _plain(self._assigned(scope, binding, binding.target, scope, 0))
        except _StopError as stop:
            return stop.unknown

    def use_configs(self, configs: Mapping[str, ConfigPath]) -> None:
        """Take the configs of one flow for `config_expr`; what was worked out with another flow's is forgotten."""
        self.configs = configs
        self._known.clear()

    def _part(self, node: ast.expr, scope: Scope, depth: int) -> Any:
        """Return a value or Unknown: the border at which a reason stops travelling up."""
        try:
            return self._fold(node, scope, depth)
        except _StopError as stop:
            if stop.final:
                raise
            return stop.unknown

    def _stop(self, why: str, node: ast.expr, scope: Scope) -> _StopError:
        return _StopError(Unknown(why, scope.module.places.span(node)))

    def _check_size(self, node: ast.expr, scope: Scope) -> None:
        if self._nodes > _MAX_NODES:
            raise _StopError(Unknown("the expression is too large to work out", scope.module.places.span(node)), final=True)

    @staticmethod
    def _text(node: ast.expr, scope: Scope) -> str:
        return scope.module.places.text(node) if scope.configs is None else ast.unparse(node)[:60]

    def _fold(self, node: ast.expr, scope: Scope, depth: int) -> Any:
        self._nodes += 1
        self._check_size(node, scope)
        if depth > _MAX_DEPTH:
            raise self._stop("the expression is nested too deeply to work out", node, scope)
        deeper = depth + 1
        match node:
            case ast.Constant(value=value):
                if value is ...:
                    raise self._stop("`...` is not data", node, scope)
                return value
            case ast.Name() | ast.Attribute():
                return self._name(node, scope, depth)
            case ast.List(elts=elements):
                return list(self._elements(elements, scope, deeper))
            case ast.Tuple(elts=elements):
                return tuple(self._elements(elements, scope, deeper))
            case ast.Set(elts=elements):
                return self._attempt(lambda: set(self._elements(elements, scope, deeper)), node, scope)
            case ast.Dict(keys=keys, values=values):
                return self._dict(node, keys, values, scope, deeper)
            case ast.JoinedStr():
                return self._joined(node, scope, deeper)
            case ast.BinOp():
                return self._binary(node, scope, deeper)
            case ast.UnaryOp(op=op, operand=operand):
                inner = self._known_value(operand, scope, deeper)
                operator = UNARY[type(op)]
                return self._attempt(lambda: operator(inner), node, scope)
            case ast.BoolOp(op=op, values=operands):
                result: Any = None
                for operand in operands:
                    result = self._known_value(operand, scope, deeper)
                    if bool(result) is isinstance(op, ast.Or):
                        break
                return result
            case ast.Compare():
                return self._compare(node, scope, deeper)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._fold(body if self._known_value(test, scope, deeper) else orelse, scope, deeper)
            case ast.Subscript(value=value, slice=key):
                return self._subscript(node, value, key, scope, deeper)
            case ast.Call():
                return self._call(node, scope, deeper)
            case ast.Lambda():
                raise self._stop("it is a function that runs at deploy time", node, scope)
        raise self._stop(f"`{self._text(node, scope)}` is computed when the flow runs", node, scope)

    def _known_value(self, node: ast.expr, scope: Scope, depth: int) -> Any:
        """Return a value that holds no Unknown, or stop with its reason."""
        found = self._fold(node, scope, depth)
        if isinstance(found, ConfigPath):
            found = found.value
        if isinstance(found, _PLAIN):
            return found
        unknown = _unknown_in(found)
        if unknown is not None:
            raise _StopError(unknown)
        return found

    def _attempt(self, make: Callable[[], Any], node: ast.expr, scope: Scope) -> Any:
        try:
            return make()
        except TooLargeError:
            raise self._stop(f"`{self._text(node, scope)}` is too large to work out", node, scope) from None
        except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
            raise self._stop(f"`{self._text(node, scope)}` raises {type(error).__name__}", node, scope) from None

    def _elements(self, elements: list[ast.expr], scope: Scope, depth: int) -> list[Any]:
        found: list[Any] = []
        for element in elements:
            if isinstance(element, ast.Starred):
                inner = self._known_value(element.value, scope, depth)
                if isinstance(inner, set):
                    raise self._stop("a set has no order", element, scope)
                found.extend(self._attempt(lambda inner=inner: list(inner), element, scope))  # type: ignore[misc]  # bound default
            else:
                found.append(_plain(self._part(element, scope, depth)))
        return found

    def _dict(self, node: ast.Dict, keys: list[ast.expr | None], values: list[ast.expr], scope: Scope, depth: int) -> Any:
        found: dict[Any, Any] = {}
        for key, value in zip(keys, values, strict=True):
            if key is None:
                inner = self._known_value(value, scope, depth)
                self._attempt(lambda inner=inner: found.update(inner), value, scope)  # type: ignore[misc]  # bound default
                continue
            known = self._part(key, scope, depth)
            item = _plain(self._part(value, scope, depth))
            self._attempt(lambda known=known, item=item: found.__setitem__(_plain(known), item), key, scope)  # type: ignore[misc]  # bound default
        return found

    def _joined(self, node: ast.JoinedStr, scope: Scope, depth: int) -> str:
        parts: list[str] = []
        for piece in node.values:
            if isinstance(piece, ast.Constant):
                parts.append(str(piece.value))
                continue
            if not isinstance(piece, ast.FormattedValue):
                raise self._stop("the f-string is computed", node, scope)
            try:
                value = self._known_value(piece.value, scope, depth)
            except _StopError as stop:
                # Before Python 3.12 places inside an f-string are wrong: point at the whole of it.
                raise self._stop(stop.unknown.why, node, scope) from None
            if not isinstance(value, _PLAIN):
                raise self._stop(f"the f-string formats a {type(value).__name__}", node, scope)
            spec = self._joined(piece.format_spec, scope, depth) if isinstance(piece.format_spec, ast.JoinedStr) else ""
            if len(spec) > 20:
                raise self._stop("the f-string is too large to work out", node, scope)
            if piece.conversion != -1:
                value = _CONVERSIONS[piece.conversion](value)
            digits = "".join(letter if letter.isdigit() else " " for letter in spec).split()
            if any(int(number) > 10_000 for number in digits):
                raise self._stop("the f-string is too large to work out", node, scope)
            parts.append(self._attempt(lambda value=value, spec=spec: format(value, spec), node, scope))  # type: ignore[misc]  # bound default
        return "".join(parts)

    def _binary(self, node: ast.BinOp, scope: Scope, depth: int) -> Any:
        # A sum of many terms nests to the left: walk down that side in a loop.
        chain = [node]
        while isinstance(chain[-1].left, ast.BinOp):
            chain.append(chain[-1].left)
        result = self._known_value(chain[-1].left, scope, depth)
        for link in reversed(chain):
            right = self._known_value(link.right, scope, depth)
            self._nodes += 1
            operator = BINARY.get(type(link.op))
            if operator is None:
                raise self._stop(f"`{self._text(link, scope)}` is computed when the flow runs", link, scope)
            result = self._attempt(lambda o=operator, a=result, b=right: o(a, b), link, scope)  # type: ignore[misc]  # bound default
        return result

    def _compare(self, node: ast.Compare, scope: Scope, depth: int) -> bool:
        left = self._known_value(node.left, scope, depth)
        for op, comparator in zip(node.ops, node.comparators, strict=True):
            right = self._known_value(comparator, scope, depth)
            if not self._attempt(lambda o=op, a=left, b=right: COMPARE[type(o)](a, b), node, scope):  # type: ignore[misc]  # bound default
                return False
            left = right
        return True

    def _subscript(self, node: ast.Subscript, value: ast.expr, key: ast.expr, scope: Scope, depth: int) -> Any:
        holder = self._fold(value, scope, depth)
        if isinstance(key, ast.Slice):
            bounds = [None if part is None else self._known_value(part, scope, depth) for part in (key.lower, key.upper, key.step)]
            index: Any = slice(*bounds)
        else:
            index = self._known_value(key, scope, depth)
        if isinstance(holder, ConfigPath):
            return self._into(holder, index, node, scope)
        if isinstance(holder, Unknown):
            raise _StopError(holder)
        if isinstance(holder, set):
            raise self._stop("a set has no order", node, scope)
        found = self._attempt(lambda: holder[index], node, scope)
        if isinstance(found, Unknown):
            raise _StopError(found)
        return found

    def _into(self, holder: ConfigPath, key: Any, node: ast.expr, scope: Scope) -> ConfigPath:
        path = (*holder.path, str(key))
        inner = holder.value
        if isinstance(inner, Unknown):
            raise _StopError(inner)
        if isinstance(inner, dict) and key in inner:
            return ConfigPath(holder.name, inner[key], path)
        if isinstance(inner, list | tuple) and isinstance(key, int) and -len(inner) <= key < len(inner):
            return ConfigPath(holder.name, inner[key], path)
        text = ".".join(path)
        span = scope.module.places.span(node)
        choices = ", ".join(sorted(str(name) for name in inner)[:12]) if isinstance(inner, dict) else ""
        self.report(codes.CONFIG_KEY, span, name=holder.name, key=text, help=f"it has: {choices}" if choices else None)
        raise _StopError(Unknown(f'config "{holder.name}" has no key "{text}"', span))

    def _name(self, node: ast.Name | ast.Attribute, scope: Scope, depth: int) -> Any:
        if scope.configs is not None:
            root = _root(node)
            if root is not None and root in scope.configs:
                return scope.configs[root] if isinstance(node, ast.Name) else self._attribute(node, scope, depth)
            if root is not None and isinstance(self.names.named(root, scope), Nowhere):
                raise self._stop(f'the flow has no config "{root}"', node, scope)
        if isinstance(node, ast.Name) and node.id in ("__file__", "__name__", "__path__"):
            raise self._stop(f"`{node.id}` depends on where the flow runs", node, scope)
        entity = self.names.of(node, scope)
        if isinstance(node, ast.Attribute) and isinstance(entity, Nowhere):
            if isinstance(self.names.of(node.value, scope), OfModule | OfClass):
                raise self._stop(entity.why, node, scope)
            return self._attribute(node, scope, depth)
        return self.of_entity(entity, node, scope, depth)

    def _attribute(self, node: ast.Attribute, scope: Scope, depth: int) -> Any:
        holder = self._fold(node.value, scope, depth + 1)
        if isinstance(holder, ConfigPath):
            return self._into(holder, node.attr, node, scope)
        if isinstance(holder, Unknown):
            raise _StopError(holder)
        raise self._stop(f"`{self._text(node, scope)}` is computed when the flow runs", node, scope)

    def of_entity(self, entity: Entity, node: ast.expr, scope: Scope, depth: int = 0) -> Any:
        """Return the value of what a name stands for; stops where it has none."""
        match entity:
            case OfValue(scope=inner, binding=binding):
                return self._assigned(inner, binding, node, scope, depth)
            case External(name="os.sep"):
                return "/"
            case Nowhere(why=why):
                raise self._stop(why, node, scope)
        raise self._stop(why_no_value(entity), node, scope)

    def _assigned(self, inner: Scope, binding: Assigned, node: ast.expr, scope: Scope, depth: int) -> Any:
        key = (id(binding.value), binding.path)
        if key in self._known:
            value, cost = self._known[key]
            self._nodes += cost
            self._check_size(node, scope)
            return value
        if key in self._open:
            raise self._stop(f"`{binding.name}` is defined by itself", node, scope)
        self._open.add(key)
        before = self._nodes
        try:
            value = self._along(binding, inner.at(binding.position), depth + 1)
        finally:
            self._open.discard(key)
        if isinstance(value, list | dict | set) and binding.name in inner.module.index.mutated:
            raise self._stop(f"`{binding.name}` is changed after it is made", node, scope)
        self._known[key] = (value, self._nodes - before)
        return value

    def _along(self, binding: Assigned, scope: Scope, depth: int) -> Any:
        value, path = binding.value, binding.path
        while path and isinstance(value, ast.Tuple | ast.List) and not any(isinstance(item, ast.Starred) for item in value.elts):
            if path[0] >= len(value.elts):
                raise self._stop("there are too few values to unpack", value, scope)
            value, path = value.elts[path[0]], path[1:]
        found = self._fold(value, scope, depth)
        for number in path:
            if isinstance(found, Unknown):
                raise _StopError(found)
            if not isinstance(found, list | tuple | str):
                raise self._stop(f"`{self._text(value, scope)}` is unpacked when the flow runs", value, scope)
            found = self._attempt(lambda found=found, number=number: found[number], value, scope)  # type: ignore[misc]  # bound default
        return found

    def _call(self, node: ast.Call, scope: Scope, depth: int) -> Any:
        entity = self.names.of(node.func, scope)
        match entity:
            case External(name="os.path.join" | "posixpath.join"):
                parts = [self._known_value(part, scope, depth) for part in node.args]
                return self._attempt(lambda: posixpath.join(*parts), node, scope)
            case External(name="os.getenv" | "os.environ.get"):
                raise self._stop("it reads the environment", node, scope)
            case Authoring(name="Config") if self.config_of is not None:
                return self.config_of(node, scope)
            case Authoring(name="config_expr"):
                return self._config_expr(node, scope, depth)
            case Builtin(name="str" | "int" | "float" | "bool" as name) if len(node.args) == 1 and not node.keywords:
                value = self._known_value(node.args[0], scope, depth)
                if isinstance(value, _PLAIN):
                    return self._attempt(lambda: _SCALARS[name](value), node, scope)
            case Builtin(name="list" | "tuple" | "set" as kind) if len(node.args) <= 1 and not node.keywords:
                inner = self._known_value(node.args[0], scope, depth) if node.args else ()
                if isinstance(inner, set) and kind != "set":
                    raise self._stop("a set has no order", node, scope)
                return self._attempt(lambda: _CONTAINERS[kind](inner), node, scope)
            case Builtin(name="len") if len(node.args) == 1 and not node.keywords:
                sized = self._known_value(node.args[0], scope, depth)
                return self._attempt(lambda: len(sized), node, scope)
            case Builtin(name="dict") if len(node.args) <= 1:
                return self._dict_call(node, scope, depth)
        if isinstance(node.func, ast.Attribute) and node.func.attr in TEXT_METHODS and not node.keywords:
            return self._text_method(node, node.func, scope, depth)
        text = self._text(node.func, scope)
        raise self._stop(f"`{text}(…)` is called when the flow runs", node, scope)

    def _text_method(self, node: ast.Call, function: ast.Attribute, scope: Scope, depth: int) -> Any:
        holder = self._known_value(function.value, scope, depth)
        arguments = [self._known_value(argument, scope, depth) for argument in node.args]
        if not isinstance(holder, str) or not all(isinstance(argument, str | int) for argument in arguments):
            raise self._stop(f"`{self._text(function, scope)}(…)` is called when the flow runs", node, scope)
        return self._attempt(lambda: text_method(holder, function.attr, arguments), node, scope)

    def _dict_call(self, node: ast.Call, scope: Scope, depth: int) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        if node.args:
            inner = self._known_value(node.args[0], scope, depth)
            self._attempt(lambda: found.update(inner), node, scope)
        for keyword in node.keywords:
            if keyword.arg is None:
                more = self._known_value(keyword.value, scope, depth)
                self._attempt(lambda more=more: found.update(more), node, scope)  # type: ignore[misc]  # bound default
            else:
                found[keyword.arg] = _plain(self._part(keyword.value, scope, depth))
        return found

    def _config_expr(self, node: ast.Call, scope: Scope, depth: int) -> Any:
        if len(node.args) != 1 or node.keywords:
            raise self._stop("config_expr takes one expression", node, scope)
        text = self._known_value(node.args[0], scope, depth)
        if not isinstance(text, str) or len(text) > 10_000:
            raise self._stop("the expression of config_expr is not a string", node, scope)
        try:
            tree = ast.parse(text.strip(), mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise self._stop(f"config_expr cannot read `{text[:60]}`", node, scope) from None
        for inner in ast.walk(tree.body):
            # Findings point at the call: places inside its text would mean another file.
            if isinstance(inner, ast.expr | ast.keyword):
                ast.copy_location(inner, node.args[0])
        return self._fold(tree.body, Scope(scope.module, scope.table, scope.before, scope.late, self.configs), depth)


def why_no_value(entity: Entity) -> str:
    """Return why an entity is no data, fit behind "because"."""
    match entity:
        case OfFunction(node=node):
            return f"`{node.name}` is a function that runs at deploy time"
        case OfClass(node=node):
            return f"`{node.name}` is a class"
        case OfModule(name=name):
            return f"`{name}` is a module"
        case External(name=name):
            if name.startswith("os.environ"):
                return "it reads the environment"
            return f"`{name}` is defined outside the project"
        case Builtin(name=name):
            return f"`{name}` is a function of Python"
        case Authoring(name=name):
            return f"`{name}` has its value when the flow runs"
        case Nowhere(why=why):
            return why
    return "it is computed when the flow runs"


def _root(node: ast.expr) -> str | None:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _plain(found: Any) -> Value:
    value: Value = found.value if isinstance(found, ConfigPath) else found
    return value


def _unknown_in(value: Any) -> Unknown | None:
    pending = [value]
    while pending:
        here = pending.pop()
        if isinstance(here, Unknown):
            return here
        if isinstance(here, dict):
            pending.extend(part for pair in here.items() for part in pair)
        elif isinstance(here, list | tuple | set):
            pending.extend(here)
    return None
