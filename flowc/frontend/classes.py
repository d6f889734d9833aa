"""Classes of the project, their bases resolved, in Python's method resolution order."""

import ast
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from flowc.frontend.authoring import MUTATORS
from flowc.frontend.entities import Authoring, Builtin, External, Nowhere, OfClass, OfValue, Scope
from flowc.frontend.index import Binding, Table
from flowc.frontend.names import Names, class_table
from flowc.frontend.project import Module
from flowc.source import Span

_MAX_LEVELS: Final = 60
_PLAIN_BASES: Final = frozenset({"abc.ABC", "typing.Generic", "typing.Protocol"})
"""Bases of the standard library without members that a step would read."""


@dataclass(frozen=True, slots=True)
class LostBase:
    """A base class that flowc cannot read: its text, where it stands, and why."""

    text: str
    span: Span
    why: str


@dataclass(slots=True, eq=False)
class ClassInfo:
    """One class: what its body binds, its bases in order, and what is wrong with them."""

    module: Module
    node: ast.ClassDef
    table: Table
    bases: tuple["ClassInfo", ...] = ()
    is_flow: bool = False
    """Whether `FlowSpec` is among its ancestors."""
    is_mutator: bool = False
    lost: tuple[LostBase, ...] = ()
    foreign: bool = False
    """Whether a base or metaclass outside of the project may bring members along."""
    circular: bool = False
    ancestors: tuple["ClassInfo", ...] | None = field(default=None, repr=False)
    """The ancestors in the project in Python's order; None where the bases have no consistent order."""

    @property
    def name(self) -> str:
        """The name of the class."""
        return self.node.name

    @property
    def mro(self) -> tuple["ClassInfo", ...]:
        """The class itself first, then its ancestors; empty where the bases have no consistent order."""
        return () if self.ancestors is None else (self, *self.ancestors)

    @property
    def scope(self) -> Scope:
        """The scope of the class body."""
        return Scope(self.module, self.table)

    def bases_first(self) -> tuple["ClassInfo", ...]:
        """Return the class and its ancestors so that every class stands behind its bases, left before right."""
        order: dict[int, ClassInfo] = {}
        pending: list[tuple[ClassInfo, bool]] = [(self, False)]
        while pending:
            here, done = pending.pop()
            if done:
                order.setdefault(id(here), here)
            elif id(here) not in order:
                pending.append((here, True))
                pending.extend((base, False) for base in reversed(here.bases))
        return tuple(order.values())

    def member(self, name: str) -> tuple["ClassInfo", Binding] | None:
        """Return the class that defines `self.name`, and its last binding there."""
        for info in self.mro:
            found = info.table.bindings(name)
            if found:
                return info, found[-1]
        return None


class Classes:
    """Resolves classes once each."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self._known: dict[int, ClassInfo] = {}
        self._open: set[int] = set()

    def of(self, module: Module, node: ast.ClassDef) -> ClassInfo:
        """Return the class that `node` defines, its bases resolved."""
        return self._of(module, node, 0)

    def _of(self, module: Module, node: ast.ClassDef, level: int) -> ClassInfo:
        known = self._known.get(id(node))
        if known is not None:
            if id(node) in self._open:
                known.circular = True
            return known
        info = ClassInfo(module, node, class_table(node))
        self._known[id(node)] = info
        self._open.add(id(node))
        self._resolve_bases(info, level)
        self._open.discard(id(node))
        return info

    def _resolve_bases(self, info: ClassInfo, level: int) -> None:
        bases: list[ClassInfo] = []
        lost: list[LostBase] = []
        scope = Scope(info.module, None, (info.node.lineno, info.node.col_offset))
        flow_first = False  # FlowSpec in front of one of its own subclasses has no consistent order
        for expression in info.node.bases:
            behind = info.is_flow
            why = self._add_base(info, expression, scope, bases, level)
            if why is not None:
                places = info.module.places
                lost.append(LostBase(places.text(expression), places.span(expression), why))
            flow_first = flow_first or (behind and bool(bases) and bases[-1].is_flow)
        info.foreign = info.foreign or bool(info.node.keywords)
        info.bases = tuple(bases)
        info.lost = tuple(lost)
        info.is_flow = info.is_flow or any(base.is_flow for base in bases)
        info.is_mutator = info.is_mutator or any(base.is_mutator for base in bases)
        info.ancestors = None if info.circular or flow_first else _linearise(info)

    def _add_base(self, info: ClassInfo, expression: ast.expr, scope: Scope, bases: list[ClassInfo], level: int) -> str | None:
        """Add what a base expression stands for; return why it cannot be read, if so."""
        plain = expression.value if isinstance(expression, ast.Subscript) else expression
        match self.names.of(plain, scope):
            case Authoring(name="FlowSpec"):
                info.is_flow = True
            case Authoring(name=name) if name in MUTATORS:
                info.is_mutator = True
            case Authoring() | Builtin():
                info.foreign = info.foreign or not (isinstance(plain, ast.Name) and plain.id == "object")
                return None
            case External(name=name) if name.partition(".")[0] in sys.stdlib_module_names:
                info.foreign = info.foreign or name not in _PLAIN_BASES
                return None
            case External(name=name):
                return f"`{name}` is defined outside the project"
            case OfClass(module=module, node=node):
                if level >= _MAX_LEVELS:
                    return f"it has more than {_MAX_LEVELS} classes above it"
                base = self._of(module, node, level + 1)
                if base.circular:
                    info.circular = True
                    return None
                bases.append(base)
            case Nowhere(why=why):
                return why
            case OfValue():
                return "it is made by a call"
            case _:
                return "it is no class"
        return None


def _linearise(info: ClassInfo) -> tuple[ClassInfo, ...] | None:
    """Return what the C3 order puts behind `info`, or None where there is none: https://docs.python.org/3/howto/mro.html."""
    if any(base.ancestors is None for base in info.bases):
        return None
    sequences: list[list[ClassInfo]] = [list(base.mro) for base in info.bases] + [list(info.bases)]
    merged: list[ClassInfo] = []
    while sequences := [sequence for sequence in sequences if sequence]:
        head = _next_head(sequences)
        if head is None:
            return None
        merged.append(head)
        for sequence in sequences:
            if sequence[0] is head:
                del sequence[0]
    return tuple(merged)


def _next_head(sequences: Sequence[Sequence[ClassInfo]]) -> ClassInfo | None:
    for sequence in sequences:
        head = sequence[0]
        if not any(head is later for other in sequences for later in other[1:]):
            return head
    return None
