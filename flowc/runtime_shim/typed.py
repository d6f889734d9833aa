"""Names of `typing` for the shim. Type checkers see the real ones; a task sees stand-ins, for importing `typing` costs it more than
reading its records does.

`NamedTuple` makes a real named tuple and `TypedDict` a class; everything else means nothing when the code runs.
"""

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import (
        Any,
        BinaryIO,
        ClassVar,
        Final,
        Literal,
        NamedTuple,
        NoReturn,
        NotRequired,
        Protocol,
        TypeAlias,
        TypedDict,
        TypeVar,
        overload,
    )
else:
    from collections import namedtuple

    class _Form:
        """What stands for a special form: it may be subscripted and joined by `|`, as annotations do."""

        __slots__ = ()

        def __getitem__(self, parameters):
            return self

        def __or__(self, other):
            return self

        __ror__ = __or__

    Any = BinaryIO = Protocol = object
    ClassVar = Final = Literal = NoReturn = NotRequired = TypeAlias = _Form()

    def TypeVar(name, **bounds):  # noqa: N802  # typing's name
        """Return what stands for any type."""
        return object

    def overload(function):
        """Return `function`, which its implementation replaces."""
        return function

    class _NamedTupleType(type):
        def __new__(cls, name, bases, namespace):
            if not bases:
                return super().__new__(cls, name, bases, namespace)
            annotate = namespace.pop("__annotate_func__", None)  # what a class body leaves from Python 3.14 on
            fields = namespace.pop("__annotations__", None) or annotate(1)
            defaults = [namespace.pop(field) for field in fields if field in namespace]
            made = namedtuple(name, fields, defaults=defaults, module=namespace.pop("__module__"))
            for attribute, value in namespace.items():
                setattr(made, attribute, value)
            return made

    class NamedTuple(metaclass=_NamedTupleType):
        """`class Point(NamedTuple)` with annotated fields is a named tuple of these fields, its methods beside them."""

    class TypedDict(dict):
        """The dictionary itself: keys are checked by type checkers alone."""

        def __init_subclass__(cls, total=True):
            super().__init_subclass__()


__all__ = [
    "TYPE_CHECKING",
    "Any",
    "BinaryIO",
    "ClassVar",
    "Final",
    "Literal",
    "NamedTuple",
    "NoReturn",
    "NotRequired",
    "Protocol",
    "TypeAlias",
    "TypeVar",
    "TypedDict",
    "overload",
]
