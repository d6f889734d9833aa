"""What one module binds and imports, found in one walk over its statements; expressions are left for whoever needs them."""

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from flowc.frontend.guards import skipped_at_import

Position = tuple[int, int]
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
AFTER_ALL: Position = (1 << 60, 0)
"""A position behind every statement: what other modules see."""

_MUTATORS = frozenset(
    [
        "append",
        "extend",
        "insert",
        "update",
        "add",
        "setdefault",
        "pop",
        "popitem",
        "remove",
        "discard",
        "clear",
        "sort",
        "reverse",
        "difference_update",
        "intersection_update",
        "symmetric_difference_update",
    ]
)


@dataclass(frozen=True, slots=True, eq=False)
class Binding:
    """One place that binds a name. `certain` is False inside if, for, while, try and with blocks."""

    name: str
    position: Position
    certain: bool


@dataclass(frozen=True, slots=True, eq=False)
class Imported(Binding):
    """`import module` (attribute None) or `from module import attribute`; `level` counts the leading dots."""

    module: str
    attribute: str | None
    level: int
    top: bool
    """`import a.b` binds `a`, the top of `module`."""


@dataclass(frozen=True, slots=True, eq=False)
class Assigned(Binding):
    """`name = value`, or one place of a tuple: `path` leads into `value` then."""

    value: ast.expr
    target: ast.expr
    path: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class DefinedClass(Binding):
    """`class name: …`."""

    node: ast.ClassDef
    guard: ast.If | None = None
    """The `if` around it that is false while the module is imported: `__name__ == "__main__"`, `TYPE_CHECKING`."""


@dataclass(frozen=True, slots=True, eq=False)
class DefinedFunction(Binding):
    """`def name(): …`."""

    node: FunctionNode


@dataclass(frozen=True, slots=True, eq=False)
class Opaque(Binding):
    """A binding whose value only running the code would tell; `why` fits behind "because"."""

    why: str


@dataclass(slots=True, eq=False)
class Table:
    """The names one body (of a module or a class) binds, each with its bindings in source order."""

    names: dict[str, list[Binding]] = field(default_factory=dict)
    stars: list[ast.ImportFrom] = field(default_factory=list)

    def add(self, binding: Binding) -> None:
        """Record one more binding."""
        self.names.setdefault(binding.name, []).append(binding)

    def bindings(self, name: str, before: Position = AFTER_ALL) -> list[Binding]:
        """Return the bindings of `name` that stand before a position."""
        return [found for found in self.names.get(name, ()) if found.position < before]


@dataclass(slots=True, eq=False)
class ModuleIndex:
    """One module: its table, every import statement anywhere in it, and what it does to its own names."""

    table: Table
    imports: list[ast.Import | ast.ImportFrom] = field(default_factory=list)
    dynamic: list[tuple[str, ast.Call]] = field(default_factory=list)
    """Names given as literals to `importlib.import_module`."""
    mutated: set[str] = field(default_factory=set)
    rebound: set[str] = field(default_factory=set)
    """Names that some function declares `global`."""
    called: set[str] = field(default_factory=set)
    """Names called in a statement of their own at module level, as in `TrainFlow()`."""
    nested: list[ast.ClassDef] = field(default_factory=list)
    """Classes inside functions."""
    skipped: set[ast.stmt] = field(default_factory=set)
    """Statements at module level that do not run while the module is imported, those inside them left out."""


def index_module(tree: ast.Module) -> ModuleIndex:
    """Return the index of a module."""
    index = ModuleIndex(index_body(tree.body))
    pending: list[tuple[ast.stmt, bool]] = [(statement, True) for statement in reversed(tree.body)]
    while pending:
        statement, top = pending.pop()
        _note(statement, top, index)
        inner = top and not isinstance(statement, FunctionNode | ast.ClassDef)
        pending.extend((child, inner) for child in reversed(list(_children(statement))))
    return index


def _note(statement: ast.stmt, top: bool, index: ModuleIndex) -> None:
    match statement:
        case ast.Import() | ast.ImportFrom():
            index.imports.append(statement)
        case ast.Global(names=names):
            index.rebound.update(names)
        case ast.Expr(value=ast.Call() as call):
            _note_call(call, top, index)
        case ast.Assign(targets=targets):
            index.mutated.update(_subscripted(targets))
            if isinstance(statement.value, ast.Call):
                _note_call(statement.value, top, index)
        case ast.AugAssign(target=ast.Name(id=name)):
            index.mutated.add(name)
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            index.mutated.update(_subscripted([target]))
        case ast.Delete(targets=targets):
            index.mutated.update(_subscripted(targets))
        case ast.Return(value=ast.Call() as call):
            _note_call(call, False, index)
        case ast.ClassDef() if not top:
            index.nested.append(statement)
        case ast.If() if top:
            index.skipped.update(skipped_at_import(statement))


def _note_call(call: ast.Call, top: bool, index: ModuleIndex) -> None:
    match call:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr)) if attr in _MUTATORS:
            index.mutated.add(name)
        case ast.Call(func=ast.Attribute(attr="import_module") | ast.Name(id="import_module"), args=[ast.Constant(value=str(name))]):
            index.dynamic.append((name, call))
        case ast.Call(func=ast.Name(id=name)) if top:
            index.called.add(name)


def _subscripted(targets: Iterable[ast.expr]) -> set[str]:
    """Return the names whose items are set, as in `name[key] = …` or `name.a[key] = …`."""
    found = set()
    for target in targets:
        node, inside = target, False
        while isinstance(node, ast.Subscript | ast.Attribute):
            node, inside = node.value, True
        if inside and isinstance(node, ast.Name):
            found.add(node.id)
    return found


def _children(statement: ast.stmt) -> Iterable[ast.stmt]:
    for name in ("body", "orelse", "finalbody"):
        inner = getattr(statement, name, None)
        if isinstance(inner, list):
            yield from inner
    for handler in getattr(statement, "handlers", ()):
        yield from handler.body
    for case in getattr(statement, "cases", ()):
        yield from case.body


def index_body(body: Sequence[ast.stmt]) -> Table:
    """Return what the statements of one body bind, blocks inside them included, functions and classes not entered."""
    table = Table()
    pending: list[tuple[ast.stmt, bool, ast.If | None]] = [(statement, True, None) for statement in reversed(body)]
    while pending:
        statement, certain, guard = pending.pop()
        _bind(statement, certain, guard, table)
        if isinstance(statement, FunctionNode | ast.ClassDef):
            continue
        test = statement if guard is None and isinstance(statement, ast.If) else None
        skipped = {id(child) for child in skipped_at_import(test)} if test is not None else set()
        pending.extend((child, False, test if id(child) in skipped else guard) for child in reversed(list(_children(statement))))
    return table


def _bind(statement: ast.stmt, certain: bool, guard: ast.If | None, table: Table) -> None:
    position = (statement.lineno, statement.col_offset)
    match statement:
        case ast.Import(names=names):
            for alias in names:
                name = alias.asname or alias.name.partition(".")[0]
                table.add(Imported(name, position, certain, alias.name, None, 0, alias.asname is None))
        case ast.ImportFrom(module=module, names=names, level=level):
            if names[0].name == "*":
                table.stars.append(statement)
                return
            for alias in names:
                table.add(Imported(alias.asname or alias.name, position, certain, module or "", alias.name, level, False))
        case ast.ClassDef(name=name):
            table.add(DefinedClass(name, position, certain, statement, guard))
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            table.add(DefinedFunction(name, position, certain, statement))
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                _assign(target, value, (), position, certain, table)
        case ast.AnnAssign(target=ast.Name() as target, value=value) if value is not None:
            _assign(target, value, (), position, certain, table)
        case ast.AugAssign(target=ast.Name(id=name)):
            table.add(Opaque(name, position, certain, f"`{name}` is changed after it is made"))
        case ast.Delete(targets=targets):
            for target in targets:
                if isinstance(target, ast.Name):
                    table.add(Opaque(target.id, position, certain, f"`{target.id}` is deleted"))
        case ast.For(target=target) | ast.AsyncFor(target=target):
            _opaque(target, position, "is the variable of a loop", table)
        case ast.With(items=items) | ast.AsyncWith(items=items):
            for item in items:
                if item.optional_vars is not None:
                    _opaque(item.optional_vars, position, "is made by a with statement", table)


def _assign(target: ast.expr, value: ast.expr, path: tuple[int, ...], position: Position, certain: bool, table: Table) -> None:
    match target:
        case ast.Name(id=name):
            table.add(Assigned(name, position, certain, value, target, path))
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            if any(isinstance(element, ast.Starred) for element in elements):
                _opaque(target, position, "is unpacked with a star", table)
                return
            for number, element in enumerate(elements):
                _assign(element, value, (*path, number), position, certain, table)


def _opaque(target: ast.expr, position: Position, why: str, table: Table) -> None:
    for node in ast.walk(target):
        if isinstance(node, ast.Name):
            table.add(Opaque(node.id, position, False, f"`{node.id}` {why}"))
