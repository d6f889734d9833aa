"""What plain assignments write, for flows that merge: as text, and whether each item or branch writes something else."""

import ast
from collections.abc import Iterable

from flowc.frontend.index import FunctionNode
from flowc.frontend.touches import Body, Touch
from flowc.ir.effects import Written

_LONGEST = 10_000


class WrittenValues:
    """Values that one method writes."""

    def __init__(self, node: FunctionNode, body: Body) -> None:
        self._self_name = body.self_name
        self._varying: set[str] = set()
        self._find_varying(node)

    def of(self, touch: Touch) -> Written | None:
        """Return what the touch writes, None where it is no plain assignment."""
        value = touch.value
        if value is None:
            return None
        text = ast.dump(value) if sum(1 for _ in zip(ast.walk(value), range(_LONGEST), strict=False)) < _LONGEST else ""
        return Written(text, bool(text) and _is_literal(value), self._varies(value))

    def _find_varying(self, node: FunctionNode) -> None:
        """Find the local names that depend on the item, outer statements first."""
        for statement in ast.walk(node):
            match statement:
                case ast.Assign(targets=targets, value=value) if self._varies(value):
                    self._varying.update(_names(targets))
                case ast.For(target=target, iter=value) | ast.AugAssign(target=target, value=value) if self._varies(value):
                    self._varying.update(_names([target]))
                case ast.withitem(context_expr=value, optional_vars=ast.expr() as target) if self._varies(value):
                    self._varying.update(_names([target]))

    def _varies(self, value: ast.expr) -> bool:
        for node in ast.walk(value):
            match node:
                case ast.Attribute(value=ast.Name(id=name), attr="input" | "index") if name == self._self_name:
                    return True
                case ast.Attribute(value=ast.Name(id="current"), attr="parallel"):
                    return True
                case ast.Name(id=name) if name in self._varying:
                    return True
        return False


def _names(targets: Iterable[ast.expr]) -> set[str]:
    return {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}


def _is_literal(value: ast.expr) -> bool:
    return all(
        isinstance(node, ast.Constant | ast.List | ast.Tuple | ast.Dict | ast.UnaryOp | ast.unaryop | ast.expr_context)
        for node in ast.walk(value)
    )
