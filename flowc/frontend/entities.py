"""What a name may stand for, and where it is looked up."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flowc.frontend.index import AFTER_ALL, Assigned, FunctionNode, Position, Table
from flowc.frontend.project import Module
from flowc.ir.values import Value


@dataclass(frozen=True, slots=True)
class Authoring:
    """A name of `flowc` or `metaflow`; "" is the package itself."""

    name: str


@dataclass(frozen=True, slots=True)
class External:
    """A dotted name outside the project: the standard library or an installed package."""

    name: str


@dataclass(frozen=True, slots=True)
class Builtin:
    """A name of Python itself."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class OfModule:
    """A module of the project; `module` is None for a folder without `__init__.py`."""

    name: str
    module: Module | None


@dataclass(frozen=True, slots=True, eq=False)
class OfClass:
    """A class the project defines."""

    module: Module
    node: ast.ClassDef


@dataclass(frozen=True, slots=True, eq=False)
class OfFunction:
    """A function the project defines."""

    module: Module
    node: FunctionNode


@dataclass(frozen=True, slots=True, eq=False)
class OfValue:
    """A value assigned in the scope it carries."""

    scope: "Scope"
    binding: Assigned


@dataclass(frozen=True, slots=True)
class Nowhere:
    """Nothing that can be told without running code; `why` fits behind "because"."""

    why: str


Entity = Authoring | External | Builtin | OfModule | OfClass | OfFunction | OfValue | Nowhere


@dataclass(frozen=True, slots=True, eq=False)
class ConfigPath:
    """A place inside a config while its path is being followed: `config.a["b"]`."""

    name: str
    value: Value
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """Where an expression stands: its module, the class body around it, and the statement it belongs to."""

    module: Module
    table: Table | None = None
    before: Position = AFTER_ALL
    late: bool = False
    """Inside a function, which runs when the module is complete."""
    configs: Mapping[str, ConfigPath] | None = None
    """Names that mean configs, inside the text of a `config_expr`; None elsewhere."""

    def at(self, position: Position) -> "Scope":
        """Return the same scope as one of its statements sees it."""
        return Scope(self.module, self.table, position, self.late, self.configs)


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


def plain(found: Any) -> Value:
    """Return the value at a place inside a config, any other value as it is."""
    value: Value = found.value if isinstance(found, ConfigPath) else found
    return value
