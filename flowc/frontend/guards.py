"""Conditions that are settled when a module is imported, whatever the flow does: `__name__ == "__main__"` and `TYPE_CHECKING`."""

import ast
from collections.abc import Sequence


def skipped_at_import(statement: ast.If) -> Sequence[ast.stmt]:
    """Return the statements of an `if` that do not run while its module is imported; none where that cannot be told."""
    match _at_import(statement.test):
        case True:
            return statement.orelse
        case False:
            return statement.body
    return ()


def _at_import(test: ast.expr) -> bool | None:
    """Return what a condition is while its module is imported, or None."""
    negated = False
    while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test, negated = test.operand, not negated
    found = _plain(test)
    return None if found is None else found is not negated


def _plain(test: ast.expr) -> bool | None:
    match test:
        case ast.Constant(value=value):
            return bool(value)
        case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
            return False
        case ast.Compare(left=left, ops=[op], comparators=[right]) if _is_main(left, right) or _is_main(right, left):
            return {ast.Eq: False, ast.NotEq: True}.get(type(op))
        case ast.BoolOp(op=op, values=values):
            decisive = isinstance(op, ast.Or)
            parts = [_at_import(value) if not isinstance(value, ast.BoolOp) else None for value in values]
            if decisive in parts:
                return decisive
            return None if None in parts else not decisive
    return None


def _is_main(name: ast.expr, text: ast.expr) -> bool:
    return isinstance(name, ast.Name) and name.id == "__name__" and isinstance(text, ast.Constant) and text.value == "__main__"
