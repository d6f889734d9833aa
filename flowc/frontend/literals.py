"""Expressions to values: literals, names of constants, f-strings, arithmetic, paths into configs; calls are in `calls`.

What cannot be known without running the flow is `Unknown` with the reason, never a guess. Sizes are capped, so that no source
makes the compiler slow or large.
"""

import ast
from collections.abc import Callable, Mapping
from typing import Any, Final

from flowc.diagnostics import codes
from flowc.diagnostics.model import Report
from flowc.frontend.calls import fold_call
from flowc.frontend.entities import ConfigPath, Entity, External, Nowhere, OfClass, OfModule, OfValue, Scope, plain, why_no_value
from flowc.frontend.index import Assigned
from flowc.frontend.names import Names
from flowc.frontend.operators import BINARY, COMPARE, PLAIN, UNARY, TooLargeError
from flowc.ir.values import Unknown, Value

_MAX_DEPTH: Final = 60
_MAX_NODES: Final = 200_000
_CONVERSIONS: Final[Mapping[int, Callable[[Any], str]]] = {ord("s"): str, ord("r"): repr, ord("a"): ascii}


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
            return plain(self.fold(expression, scope, 0))
        except _StopError as stop:
            return stop.unknown

    def bound(self, binding: Assigned, scope: Scope) -> Value:
        """Return the value that an assignment in `scope` gives its name."""
        self._nodes = 0
        try:
            return plain(self._assigned(scope, binding, binding.target, scope, 0))
        except _StopError as stop:
            return stop.unknown

    def use_configs(self, configs: Mapping[str, ConfigPath]) -> None:
        """Take the configs of one flow for `config_expr`; what was worked out with another flow's is forgotten."""
        self.configs = configs
        self._known.clear()

    def part(self, node: ast.expr, scope: Scope, depth: int) -> Any:
        """Return a value or Unknown: the border at which a reason stops travelling up."""
        try:
            return self.fold(node, scope, depth)
        except _StopError as stop:
            if stop.final:
                raise
            return stop.unknown

    def stop(self, why: str, node: ast.expr, scope: Scope) -> _StopError:
        """Return what is raised where the value of `node` cannot be known; `why` fits behind "because"."""
        return _StopError(Unknown(why, scope.module.places.span(node)))

    def _check_size(self, node: ast.expr, scope: Scope) -> None:
        if self._nodes > _MAX_NODES:
            raise _StopError(Unknown("the expression is too large to work out", scope.module.places.span(node)), final=True)

    @staticmethod
    def text(node: ast.expr, scope: Scope) -> str:
        """Return `node` as people read it."""
        return scope.module.places.text(node) if scope.configs is None else ast.unparse(node)[:60]

    def fold(self, node: ast.expr, scope: Scope, depth: int) -> Any:
        """Return the value of `node`, or the place inside a config that it leads to; stops where it has none."""
        self._nodes += 1
        self._check_size(node, scope)
        if depth > _MAX_DEPTH:
            raise self.stop("the expression is nested too deeply to work out", node, scope)
        deeper = depth + 1
        match node:
            case ast.Constant(value=value):
                if value is ...:
                    raise self.stop("`...` is not data", node, scope)
                return value
            case ast.Name() | ast.Attribute():
                return self._name(node, scope, depth)
            case ast.List(elts=elements):
                return list(self._elements(elements, scope, deeper))
            case ast.Tuple(elts=elements):
                return tuple(self._elements(elements, scope, deeper))
            case ast.Set(elts=elements):
                return self.attempt(lambda: set(self._elements(elements, scope, deeper)), node, scope)
            case ast.Dict(keys=keys, values=values):
                return self._dict(node, keys, values, scope, deeper)
            case ast.JoinedStr():
                return self._joined(node, scope, deeper)
            case ast.BinOp():
                return self._binary(node, scope, deeper)
            case ast.UnaryOp(op=op, operand=operand):
                inner = self.known(operand, scope, deeper)
                operator = UNARY[type(op)]
                return self.attempt(lambda: operator(inner), node, scope)
            case ast.BoolOp(op=op, values=operands):
                result: Any = None
                for operand in operands:
                    result = self.known(operand, scope, deeper)
                    if bool(result) is isinstance(op, ast.Or):
                        break
                return result
            case ast.Compare():
                return self._compare(node, scope, deeper)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.fold(body if self.known(test, scope, deeper) else orelse, scope, deeper)
            case ast.Subscript(value=value, slice=key):
                return self._subscript(node, value, key, scope, deeper)
            case ast.Call():
                return fold_call(self, node, scope, deeper)
            case ast.Lambda():
                raise self.stop("it is a function that runs at deploy time", node, scope)
        raise self.stop(f"`{self.text(node, scope)}` is computed when the flow runs", node, scope)

    def known(self, node: ast.expr, scope: Scope, depth: int) -> Any:
        """Return a value that holds no Unknown, or stop with its reason."""
        found = self.fold(node, scope, depth)
        if isinstance(found, ConfigPath):
            found = found.value
        if isinstance(found, PLAIN):
            return found
        unknown = _unknown_in(found)
        if unknown is not None:
            raise _StopError(unknown)
        return found

    def attempt(self, make: Callable[[], Any], node: ast.expr, scope: Scope) -> Any:
        """Return what `make` makes of the values in `node`; stops where that raises, or is too large."""
        try:
            return make()
        except TooLargeError:
            raise self.stop(f"`{self.text(node, scope)}` is too large to work out", node, scope) from None
        except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
            raise self.stop(f"`{self.text(node, scope)}` raises {type(error).__name__}", node, scope) from None

    def _elements(self, elements: list[ast.expr], scope: Scope, depth: int) -> list[Any]:
        found: list[Any] = []
        for element in elements:
            if isinstance(element, ast.Starred):
                inner = self.known(element.value, scope, depth)
                if isinstance(inner, set):
                    raise self.stop("a set has no order", element, scope)
                found.extend(self.attempt(lambda inner=inner: list(inner), element, scope))  # type: ignore[misc]  # bound default
            else:
                found.append(plain(self.part(element, scope, depth)))
        return found

    def _dict(self, node: ast.Dict, keys: list[ast.expr | None], values: list[ast.expr], scope: Scope, depth: int) -> Any:
        found: dict[Any, Any] = {}
        for key, value in zip(keys, values, strict=True):
            if key is None:
                inner = self.known(value, scope, depth)
                self.attempt(lambda inner=inner: found.update(inner), value, scope)  # type: ignore[misc]  # bound default
                continue
            known = self.part(key, scope, depth)
            item = plain(self.part(value, scope, depth))
            self.attempt(lambda known=known, item=item: found.__setitem__(plain(known), item), key, scope)  # type: ignore[misc]  # bound default
        return found

    def _joined(self, node: ast.JoinedStr, scope: Scope, depth: int) -> str:
        parts: list[str] = []
        for piece in node.values:
            if isinstance(piece, ast.Constant):
                parts.append(str(piece.value))
                continue
            if not isinstance(piece, ast.FormattedValue):
                raise self.stop("the f-string is computed", node, scope)
            try:
                value = self.known(piece.value, scope, depth)
            except _StopError as stop:
                # Before Python 3.12 places inside an f-string are wrong: point at the whole of it.
                raise self.stop(stop.unknown.why, node, scope) from None
            if not isinstance(value, PLAIN):
                raise self.stop(f"the f-string formats a {type(value).__name__}", node, scope)
            spec = self._joined(piece.format_spec, scope, depth) if isinstance(piece.format_spec, ast.JoinedStr) else ""
            if len(spec) > 20:
                raise self.stop("the f-string is too large to work out", node, scope)
            if piece.conversion != -1:
                value = _CONVERSIONS[piece.conversion](value)
            digits = "".join(letter if letter.isdigit() else " " for letter in spec).split()
            if any(int(number) > 10_000 for number in digits):
                raise self.stop("the f-string is too large to work out", node, scope)
            parts.append(self.attempt(lambda value=value, spec=spec: format(value, spec), node, scope))  # type: ignore[misc]  # bound default
        return "".join(parts)

    def _binary(self, node: ast.BinOp, scope: Scope, depth: int) -> Any:
        # A sum of many terms nests to the left: walk down that side in a loop.
        chain = [node]
        while isinstance(chain[-1].left, ast.BinOp):
            chain.append(chain[-1].left)
        result = self.known(chain[-1].left, scope, depth)
        for link in reversed(chain):
            right = self.known(link.right, scope, depth)
            self._nodes += 1
            operator = BINARY.get(type(link.op))
            if operator is None:
                raise self.stop(f"`{self.text(link, scope)}` is computed when the flow runs", link, scope)
            result = self.attempt(lambda o=operator, a=result, b=right: o(a, b), link, scope)  # type: ignore[misc]  # bound default
        return result

    def _compare(self, node: ast.Compare, scope: Scope, depth: int) -> bool:
        left = self.known(node.left, scope, depth)
        for op, comparator in zip(node.ops, node.comparators, strict=True):
            right = self.known(comparator, scope, depth)
            if not self.attempt(lambda o=op, a=left, b=right: COMPARE[type(o)](a, b), node, scope):  # type: ignore[misc]  # bound default
                return False
            left = right
        return True

    def _subscript(self, node: ast.Subscript, value: ast.expr, key: ast.expr, scope: Scope, depth: int) -> Any:
        holder = self.fold(value, scope, depth)
        if isinstance(key, ast.Slice):
            bounds = [None if part is None else self.known(part, scope, depth) for part in (key.lower, key.upper, key.step)]
            index: Any = slice(*bounds)
        else:
            index = self.known(key, scope, depth)
        if isinstance(holder, ConfigPath):
            return self._into(holder, index, node, scope)
        if isinstance(holder, Unknown):
            raise _StopError(holder)
        if isinstance(holder, set):
            raise self.stop("a set has no order", node, scope)
        found = self.attempt(lambda: holder[index], node, scope)
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
                raise self.stop(f'the flow has no config "{root}"', node, scope)
        if isinstance(node, ast.Name) and node.id in ("__file__", "__name__", "__path__"):
            raise self.stop(f"`{node.id}` depends on where the flow runs", node, scope)
        entity = self.names.of(node, scope)
        if isinstance(node, ast.Attribute) and isinstance(entity, Nowhere):
            if isinstance(self.names.of(node.value, scope), OfModule | OfClass):
                raise self.stop(entity.why, node, scope)
            return self._attribute(node, scope, depth)
        return self._of_entity(entity, node, scope, depth)

    def _attribute(self, node: ast.Attribute, scope: Scope, depth: int) -> Any:
        holder = self.fold(node.value, scope, depth + 1)
        if isinstance(holder, ConfigPath):
            return self._into(holder, node.attr, node, scope)
        if isinstance(holder, Unknown):
            raise _StopError(holder)
        raise self.stop(f"`{self.text(node, scope)}` is computed when the flow runs", node, scope)

    def _of_entity(self, entity: Entity, node: ast.expr, scope: Scope, depth: int) -> Any:
        match entity:
            case OfValue(scope=inner, binding=binding):
                return self._assigned(inner, binding, node, scope, depth)
            case External(name="os.sep"):
                return "/"
            case Nowhere(why=why):
                raise self.stop(why, node, scope)
        raise self.stop(why_no_value(entity), node, scope)

    def _assigned(self, inner: Scope, binding: Assigned, node: ast.expr, scope: Scope, depth: int) -> Any:
        key = (id(binding.value), binding.path)
        if key in self._known:
            value, cost = self._known[key]
            self._nodes += cost
            self._check_size(node, scope)
            return value
        if key in self._open:
            raise self.stop(f"`{binding.name}` is defined by itself", node, scope)
        self._open.add(key)
        before = self._nodes
        try:
            value = self._along(binding, inner.at(binding.position), depth + 1)
        finally:
            self._open.discard(key)
        if isinstance(value, list | dict | set) and binding.name in inner.module.index.mutated:
            raise self.stop(f"`{binding.name}` is changed after it is made", node, scope)
        self._known[key] = (value, self._nodes - before)
        return value

    def _along(self, binding: Assigned, scope: Scope, depth: int) -> Any:
        value, path = binding.value, binding.path
        while path and isinstance(value, ast.Tuple | ast.List) and not any(isinstance(item, ast.Starred) for item in value.elts):
            if path[0] >= len(value.elts):
                raise self.stop("there are too few values to unpack", value, scope)
            value, path = value.elts[path[0]], path[1:]
        found = self.fold(value, scope, depth)
        for number in path:
            if isinstance(found, Unknown):
                raise _StopError(found)
            if not isinstance(found, list | tuple | str):
                raise self.stop(f"`{self.text(value, scope)}` is unpacked when the flow runs", value, scope)
            found = self.attempt(lambda found=found, number=number: found[number], value, scope)  # type: ignore[misc]  # bound default
        return found


def _root(node: ast.expr) -> str | None:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


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
