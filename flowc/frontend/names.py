"""What a name in the source stands for: an authoring name, something the project defines, or something outside of it."""

import ast
import builtins
from weakref import WeakKeyDictionary

from flowc.frontend.authoring import EXPORTS, ROOTS, authoring_name
from flowc.frontend.entities import Authoring, Builtin, Entity, External, Nowhere, OfClass, OfFunction, OfModule, OfValue, Scope
from flowc.frontend.index import (
    AFTER_ALL,
    Assigned,
    Binding,
    DefinedClass,
    DefinedFunction,
    Imported,
    Opaque,
    Position,
    Table,
    index_body,
)
from flowc.frontend.project import Module, Project

_BUILTINS = frozenset(dir(builtins))
_MAX_HOPS = 50
"""Renamings followed before a chain of aliases counts as a circle."""


class Names:
    """Resolves names in the modules of one project."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def of(self, expression: ast.expr, scope: Scope) -> Entity:
        """Return what a name or a dotted name stands for; Nowhere for any other expression."""
        return self._of(expression, scope, 0)

    def _of(self, expression: ast.expr, scope: Scope, hops: int) -> Entity:
        attributes: list[str] = []
        node = expression
        while isinstance(node, ast.Attribute):
            attributes.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return Nowhere("it is computed")
        entity = self._named(node.id, scope, hops)
        for attribute in reversed(attributes):
            entity = self._attribute(entity, attribute, hops + 1)
        return entity

    def named(self, name: str, scope: Scope) -> Entity:
        """Return what a plain name stands for."""
        return self._named(name, scope, 0)

    def _named(self, name: str, scope: Scope, hops: int) -> Entity:
        if hops > _MAX_HOPS:
            return Nowhere(f"`{name}` is defined by itself")
        if scope.table is not None:
            found = scope.table.bindings(name, scope.before)
            if found:
                return self._bound(found, scope, hops)
        before = AFTER_ALL if scope.late else scope.before
        outer = Scope(scope.module, None, before)
        found = scope.module.table.bindings(name, before)
        if found:
            if name in scope.module.index.rebound:
                return Nowhere(f"`{name}` is set by a function")
            return self._bound(found, outer, hops)
        return self._starred(name, scope.module, before, hops)

    def _in_module(self, module: Module, name: str, hops: int) -> Entity:
        if hops > _MAX_HOPS:
            return Nowhere(f"`{name}` is imported in a circle")
        if module.broken:
            return Nowhere(f"{module.source.name} cannot be read")
        found = module.table.bindings(name)
        if found:
            if name in module.index.rebound:
                return Nowhere(f"`{name}` is set by a function")
            return self._bound(found, Scope(module), hops + 1)
        submodule = self._module_entity(f"{module.name}.{name}") if module.is_package else None
        if submodule is not None:
            return submodule
        return self._starred(name, module, AFTER_ALL, hops + 1, builtin=False)

    def _starred(self, name: str, module: Module, before: Position, hops: int, *, builtin: bool = True) -> Entity:
        doubt: str | None = None
        for star in reversed(module.table.stars):
            if (star.lineno, star.col_offset) >= before:
                continue
            target = module.absolute(star.module or "", star.level)
            if target is None:
                continue
            if target.partition(".")[0] in ROOTS:
                if name in EXPORTS:
                    return Authoring(name)
                continue
            found = self.project.find(target)
            if found is None:
                doubt = target
            elif name in exported(found):
                entity = self._in_module(found, name, hops + 1)
                if not isinstance(entity, Nowhere):
                    return entity
            elif found.table.stars and not name.startswith("_"):
                entity = self._starred(name, found, AFTER_ALL, hops + 1, builtin=False) if hops < _MAX_HOPS else Nowhere("")
                if not isinstance(entity, Nowhere):
                    return entity
        if builtin and name in _BUILTINS:
            return Builtin(name)
        if doubt is not None:
            return Nowhere(f"`{name}` may come from `from {doubt} import *`")
        return Nowhere(f"`{name}` is not defined in {module.source.name}")

    def _bound(self, found: list[Binding], scope: Scope, hops: int) -> Entity:
        last = found[-1]
        if not last.certain:
            # try: import a / except ImportError: import b: the first definition is the one that is meant.
            defined = [binding for binding in found if isinstance(binding, Imported | DefinedClass | DefinedFunction)]
            if not defined:
                why = last.why if isinstance(last, Opaque) else f"`{last.name}` is assigned under a condition"
                return Nowhere(why)
            last = defined[0]
        match last:
            case Imported():
                return self._imported(last, scope.module, hops)
            case DefinedClass(node=node):
                return OfClass(scope.module, node)
            case DefinedFunction(node=node):
                return OfFunction(scope.module, node)
            case Assigned(value=ast.Name() | ast.Attribute(), path=()):
                entity = self._of(last.value, scope.at(last.position), hops + 1)
                return OfValue(scope, last) if isinstance(entity, Nowhere | OfValue) else entity
            case Assigned():
                return OfValue(scope, last)
            case Opaque(why=why):
                return Nowhere(why)
        return Nowhere(f"`{last.name}` is bound in a way that flowc does not read")

    def _imported(self, binding: Imported, module: Module, hops: int) -> Entity:
        target = module.absolute(binding.module, binding.level)
        if target is None:
            return Nowhere(f"`{binding.name}` comes from a relative import that leads out of its package")
        root, _, rest = target.partition(".")
        if binding.attribute is None:
            name = root if binding.top else target
            if root in ROOTS:
                return Authoring("" if binding.top else authoring_name(rest))
            return self._module_entity(name) or External(name)
        if root in ROOTS:
            return Authoring(authoring_name(f"{rest}.{binding.attribute}" if rest else binding.attribute))
        if target == "":
            return self._module_entity(binding.attribute) or Nowhere(f"`{binding.attribute}` was not found beside the flow file")
        found = self._module_entity(target)
        if found is None:
            return External(f"{target}.{binding.attribute}")
        return self._attribute(found, binding.attribute, hops + 1)

    def _module_entity(self, name: str) -> OfModule | None:
        if name.partition(".")[0] in ROOTS:
            return None
        module = self.project.find(name)
        if module is not None:
            return OfModule(name, module)
        return OfModule(name, None) if self.project.is_namespace(name) else None

    def _attribute(self, entity: Entity, name: str, hops: int) -> Entity:
        match entity:
            case Authoring(name=path):
                return Authoring(authoring_name(f"{path}.{name}" if path else name))
            case External(name=path):
                return External(f"{path}.{name}")
            case OfModule(module=None):
                return self._module_entity(f"{entity.name}.{name}") or External(f"{entity.name}.{name}")
            case OfModule(module=module) if module is not None:
                return self._in_module(module, name, hops)
            case OfClass():
                return self._class_attribute(entity, name, hops)
            case Nowhere():
                return entity
        return Nowhere(f"`.{name}` is computed")

    def _class_attribute(self, entity: OfClass, name: str, hops: int) -> Entity:
        if hops > _MAX_HOPS:
            return Nowhere(f"`{entity.node.name}` has too many bases")
        table = class_table(entity.node)
        found = table.bindings(name)
        if found:
            return self._bound(found, Scope(entity.module, table), hops + 1)
        scope = Scope(entity.module, None, (entity.node.lineno, entity.node.col_offset))
        for base in entity.node.bases:
            inherited = self._of(base, scope, hops + 1)
            if isinstance(inherited, OfClass):
                member = self._class_attribute(inherited, name, hops + 1)
                if not isinstance(member, Nowhere):
                    return member
        return Nowhere(f"`{entity.node.name}` has no attribute `{name}` that flowc can read")


_TABLES: WeakKeyDictionary[ast.ClassDef, Table] = WeakKeyDictionary()


def class_table(node: ast.ClassDef) -> Table:
    """Return the names a class body binds, made once per class."""
    table = _TABLES.get(node)
    if table is None:
        table = _TABLES[node] = index_body(node.body)
    return table


def exported(module: Module) -> frozenset[str]:
    """Return the names that `from module import *` brings in: `__all__` where it is a plain list, else the public names."""
    for binding in reversed(module.table.bindings("__all__")):
        if isinstance(binding, Assigned) and isinstance(binding.value, ast.List | ast.Tuple):
            elements = binding.value.elts
            return frozenset(item.value for item in elements if isinstance(item, ast.Constant) and isinstance(item.value, str))
    return frozenset(name for name in module.table.names if not name.startswith("_"))
