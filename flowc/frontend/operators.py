"""Python's operators on data, with caps on what they may make."""

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

PLAIN: Final = (str, int, float, bool, type(None))
"""Types of single values that Python formats and converts the same everywhere."""
_MAX_LENGTH: Final = 1 << 20
_MAX_BITS: Final = 8192


class TooLargeError(Exception):
    """The result would be larger than any value of a flow file should be."""


def _add(left: Any, right: Any) -> Any:
    if isinstance(left, str | bytes | list | tuple) and len(left) + len(right) > _MAX_LENGTH:
        raise TooLargeError
    return left + right


def _multiply(left: Any, right: Any) -> Any:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, str | bytes | list | tuple) and isinstance(other, int) and len(one) * other > _MAX_LENGTH:
            raise TooLargeError
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() + right.bit_length() > _MAX_BITS:
        raise TooLargeError
    return left * right


def _power(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() * abs(right) > _MAX_BITS:
        raise TooLargeError
    return left**right


def _shift(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() + right > _MAX_BITS:
        raise TooLargeError
    return left << right


def _modulo(left: Any, right: Any) -> Any:
    if isinstance(left, str | bytes):
        raise TypeError("text is not formatted by %")
    return left % right


BINARY: Final[Mapping[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: _add,
    ast.Sub: operator.sub,
    ast.Mult: _multiply,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: _modulo,
    ast.Pow: _power,
    ast.LShift: _shift,
    ast.RShift: operator.rshift,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
    ast.BitXor: operator.xor,
}
UNARY: Final[Mapping[type[ast.unaryop], Callable[[Any], Any]]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Not: operator.not_,
    ast.Invert: operator.invert,
}
COMPARE: Final[Mapping[type[ast.cmpop], Callable[[Any, Any], bool]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda item, holder: item in holder,
    ast.NotIn: lambda item, holder: item not in holder,
}
TEXT_METHODS: Final = frozenset(
    {
        "capitalize",
        "endswith",
        "lower",
        "lstrip",
        "removeprefix",
        "removesuffix",
        "replace",
        "rstrip",
        "split",
        "startswith",
        "strip",
        "upper",
    }
)
"""Methods of text that make no more than they are given (`replace` is capped) and depend on nothing else."""


def text_method(text: str, name: str, arguments: Sequence[Any]) -> Any:
    """Return `text.name(*arguments)` for a name in `TEXT_METHODS`; raises what the method raises, and TooLargeError."""
    if name == "replace" and len(arguments) > 1 and (len(text) + 1) * (len(str(arguments[1])) + 1) > _MAX_LENGTH:
        raise TooLargeError
    return getattr(text, name)(*arguments)
