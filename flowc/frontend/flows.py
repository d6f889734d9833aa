"""A flow class, its bases included, to a `FlowGraph`."""

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass, field

from flowc.diagnostics import codes
from flowc.diagnostics.model import Label, Report
from flowc.frontend.classes import ClassInfo
from flowc.frontend.declarations import DeclarationReader
from flowc.frontend.decorators import DecoratorReader
from flowc.frontend.effects import EffectsOfFlow
from flowc.frontend.entities import Authoring, Builtin, ConfigPath, OfClass, OfFunction, OfValue, Scope
from flowc.frontend.index import Assigned, Binding, DefinedClass, DefinedFunction, FunctionNode, Imported, Opaque
from flowc.frontend.literals import Folder
from flowc.frontend.makers import KINDS, Makers
from flowc.frontend.names import Names
from flowc.frontend.steps import FoundStep, StepReader
from flowc.frontend.uses import Bodies, UsesOfFlow
from flowc.ir.graph import Config, Constant, Decorator, FlowGraph, Method, Parameter, Shadowed, Step
from flowc.ir.values import Unknown


@dataclass(slots=True, eq=False)
class _Declared:
    """`attribute = Parameter(…)`: the call, and where it stands."""

    attribute: str
    kind: str
    call: ast.Call
    scope: Scope
    owner: ClassInfo
    binding: Assigned


@dataclass(slots=True, eq=False)
class _Members:
    """What a flow class holds, bases first."""

    steps: list[tuple[str, ClassInfo, FunctionNode]] = field(default_factory=list)
    methods: list[tuple[str, ClassInfo, FunctionNode | ast.expr]] = field(default_factory=list)
    declared: list[_Declared] = field(default_factory=list)
    constants: list[tuple[str, ClassInfo, Binding]] = field(default_factory=list)


class FlowReader:
    """Reads flow classes of one project."""

    def __init__(self, names: Names, folder: Folder, declarations: DeclarationReader, decorators: DecoratorReader, report: Report) -> None:
        self._names = names
        self._folder = folder
        self._declarations = declarations
        self._decorators = decorators
        self._report = report
        self._bodies = Bodies()
        self._makers = Makers(folder)

    def read(self, flow: ClassInfo) -> FlowGraph:
        """Return the graph of `flow`; findings go into the report."""
        members = self._members(flow)
        configs = self._configs(members)
        self._folder.use_configs({config.name: ConfigPath(config.name, config.value) for config in configs})
        parameters = [self._parameter(one) for one in members.declared if one.kind != "Config"]
        constants = [self._constant(name, owner, binding) for name, owner, binding in members.constants]
        source = flow.module.source
        return FlowGraph(
            name=flow.name,
            file=source.name,
            project_path=source.project_path,
            doc=ast.get_docstring(flow.node),
            steps=self._steps(flow, members),
            parameters=tuple(parameters),
            configs=tuple(configs),
            constants=tuple(constants),
            methods=tuple(self._method(*method) for method in members.methods),
            decorators=self._flow_decorators(flow),
            shadowed=tuple(self._shadowed(flow)),
            fixed=frozenset(self._fixed(flow, members)),
            untold=_untold(flow),
            span=flow.module.places.name_span(flow.node),
        )

    def _members(self, flow: ClassInfo) -> _Members:
        order: dict[str, None] = {}
        for info in flow.bases_first():
            order.update(dict.fromkeys(info.table.names))
            self._report_repeated(info)
        members = _Members()
        for name in order:
            found = flow.member(name)
            if found is not None:
                self._sort(name, *found, members)
        return members

    def _report_repeated(self, info: ClassInfo) -> None:
        for name, bindings in info.table.names.items():
            if len(bindings) < 2:
                continue
            functions = [one for one in bindings if isinstance(one, DefinedFunction) and one.certain]
            steps = [one for one in functions if self._decorators.is_step(one.node, info.scope.at(one.position))]
            for again in steps[1:]:
                places = info.module.places
                label = Label(places.name_span(steps[0].node), "first defined here")
                self._report(
                    codes.REPEATED_STEP, places.name_span(again.node), name=name, labels=[label], help="rename one of the two, or remove it"
                )

    def _shadowed(self, flow: ClassInfo) -> Iterator[Shadowed]:
        for info in flow.bases_first():
            for name, bindings in info.table.names.items():
                chosen = flow.member(name)
                if len(bindings) < 2 or chosen is None or chosen[0] is not info:
                    continue
                *earlier, last = (self._shadow(name, info, binding) for binding in bindings)
                for before in earlier:
                    if before is not None and last is not None and _clash(before.kind, last.kind):
                        yield before

    def _shadow(self, name: str, owner: ClassInfo, binding: Binding) -> Shadowed | None:
        members = _Members()
        if binding.certain:
            self._sort(name, owner, binding, members)
        places = owner.module.places
        for _, _, step in members.steps:
            return Shadowed("step", name, places.name_span(step))
        for _, _, method in members.methods:
            return Shadowed("method", name, self._method(name, owner, method).span)
        for declared in members.declared:
            return Shadowed("config" if declared.kind == "Config" else "parameter", name, places.span(declared.binding.target))
        for _, _, constant in members.constants:
            return Shadowed("constant", name, self._constant(name, owner, constant).span)
        return None

    def _sort(self, name: str, owner: ClassInfo, binding: Binding, members: _Members) -> None:
        scope = owner.scope.at(binding.position)
        match binding:
            case DefinedFunction(node=node):
                if self._decorators.is_step(node, scope):
                    members.steps.append((name, owner, node))
                    self._check_certain("step", name, owner, binding, owner.module.places.name_span(node))
                else:
                    members.methods.append((name, owner, node))
            case DefinedClass() | Imported():
                return
            case Assigned():
                self._sort_assigned(name, owner, binding, scope, members)
            case _ if not name.startswith("__"):
                members.constants.append((name, owner, binding))

    def _sort_assigned(self, name: str, owner: ClassInfo, binding: Assigned, scope: Scope, members: _Members) -> None:
        value, path, inner = self._behind(binding, scope)
        if isinstance(value, ast.Call) and not path:
            value, inner = self._makers.behind(value, inner)
            made_by = self._names.of(value.func, inner)
            if isinstance(made_by, Authoring) and made_by.name in KINDS:
                members.declared.append(_Declared(name, made_by.name, value, inner, owner, binding))
                self._check_certain(made_by.name, name, owner, binding, owner.module.places.span(binding.target))
                return
            if isinstance(made_by, Builtin) and made_by.name in ("property", "staticmethod", "classmethod"):
                members.methods.append((name, owner, binding.target))
                return
        if isinstance(value, ast.Name | ast.Attribute):
            entity = self._names.of(value, inner)
            if isinstance(entity, OfClass) or (isinstance(entity, Builtin) and isinstance(getattr(builtins, entity.name), type)):
                return
            if isinstance(entity, OfFunction | Builtin):
                members.methods.append((name, owner, binding.target))
                return
        kind = self._makers.hidden_kind(value, inner)
        if kind is not None:
            self._report_hidden(name, kind, owner, binding)
        if isinstance(value, ast.Lambda):
            members.methods.append((name, owner, binding.target))
        elif not name.startswith("__"):
            members.constants.append((name, owner, binding))

    def _report_hidden(self, name: str, kind: str, owner: ClassInfo, binding: Assigned) -> None:
        self._report(
            codes.HIDDEN_DECLARATION,
            owner.module.places.span(binding.target),
            kind=kind,
            name=name,
            notes=["flowc reads through a function of the project that only returns the declaration, given plain values"],
            help=f'declare it in the class itself: {name} = {kind}("{name}", …)',
        )

    def _behind(self, binding: Assigned, scope: Scope) -> tuple[ast.expr, tuple[int, ...], Scope]:
        """Return the expression that `binding` binds and the path into it, tuples unpacked and names of other assignments followed."""
        for _ in range(20):
            value, path = binding.value, binding.path
            while path and isinstance(value, ast.Tuple | ast.List) and path[0] < len(value.elts):
                value, path = value.elts[path[0]], path[1:]
            if path or not isinstance(value, ast.Name | ast.Attribute):
                return value, path, scope
            entity = self._names.of(value, scope)
            if not isinstance(entity, OfValue):
                return value, path, scope
            binding, scope = entity.binding, entity.scope.at(entity.binding.position)
        return value, path, scope

    def _check_certain(self, kind: str, name: str, owner: ClassInfo, binding: Binding, span: object) -> None:
        if not binding.certain:
            places = owner.module.places
            at = places.name_span(binding.node) if isinstance(binding, DefinedFunction) else None
            at = at or (places.span(binding.target) if isinstance(binding, Assigned) else places.name_span(owner.node))
            self._report(codes.CONDITIONAL_MEMBER, at, kind=kind, name=name, help="define it once, at the top of the class body")

    def _fixed(self, flow: ClassInfo, members: _Members) -> Iterator[str]:
        """Yield what every task finds: all that the classes bind, and what `__init__` sets, which Metaflow runs in every task."""
        for info in flow.mro:
            yield from info.table.names
        for name, _, node in members.methods:
            if name == "__init__" and isinstance(node, FunctionNode):
                yield from (touch.name for touch in self._bodies.of(node).touches if touch.kind == "write")

    def _configs(self, members: _Members) -> list[Config]:
        found = []
        for one in members.declared:
            if one.kind == "Config":
                span = one.owner.module.places.span(one.binding.target)
                config = self._declarations.config(one.call, one.scope, one.attribute, span)
                found.append(self._named(config, one.attribute))
        return found

    @staticmethod
    def _named(config: Config, attribute: str) -> Config:
        from dataclasses import replace

        return config if config.attribute == attribute else replace(config, attribute=attribute)

    def _parameter(self, one: _Declared) -> Parameter:
        span = one.owner.module.places.span(one.binding.target)
        read = self._declarations.parameter if one.kind == "Parameter" else self._declarations.include_file
        return read(one.call, one.scope, one.attribute, span)

    def _constant(self, name: str, owner: ClassInfo, binding: Binding) -> Constant:
        places = owner.module.places
        if isinstance(binding, Assigned):
            value = self._folder.bound(binding, owner.scope)
            return Constant(name, value, places.span(binding.target))
        why = binding.why if isinstance(binding, Opaque) else f"`{name}` is bound in a way that flowc does not read"
        return Constant(name, Unknown(why), places.name_span(owner.node))

    def _method(self, name: str, owner: ClassInfo, node: FunctionNode | ast.expr) -> Method:
        places = owner.module.places
        return Method(name, places.span(node) if isinstance(node, ast.expr) else places.name_span(node))

    def _steps(self, flow: ClassInfo, members: _Members) -> tuple[Step, ...]:
        methods = {name: (owner, node) for name, owner, node in members.methods if isinstance(node, FunctionNode)}
        uses = UsesOfFlow(flow, methods, self._bodies)
        merges = any(self._bodies.of(node).merges for _, _, node in (*members.steps, *members.methods) if isinstance(node, FunctionNode))
        effects = EffectsOfFlow(uses, values=merges)
        reader = StepReader(flow, self._decorators, self._folder, uses, effects, self._bodies, self._report)
        found = [reader.find(name, owner, node) for name, owner, node in members.steps]
        end = _end_of(found)
        return tuple(reader.read(one, is_end=one is end) for one in found)

    def _flow_decorators(self, flow: ClassInfo) -> tuple[Decorator, ...]:
        found: list[Decorator] = []
        for info in flow.bases_first():
            scope = Scope(info.module, None, (info.node.lineno, info.node.col_offset))
            read = self._decorators.read(info.node.decorator_list, scope).decorators
            if info is flow:
                found.extend(read)
            elif info.is_flow:
                found.extend(one for one in read if one.origin == "flowc")
            else:
                for one in read:
                    if one.origin == "flowc":
                        self._report(codes.DECORATED_MIXIN, one.span, name=one.name, base=info.name, help="move it to the flow class")
        return tuple(found)


def _untold(flow: ClassInfo) -> bool:
    """Whether code that flowc does not read, or that may do anything, may set attributes of the flow."""
    hooks = ("__getattr__", "__getattribute__", "__setattr__", "__init_subclass__", "__new__")
    return not flow.mro or any(info.lost or info.foreign or any(name in info.table.names for name in hooks) for info in flow.mro)


def _end_of(steps: list[FoundStep]) -> FoundStep | None:
    marked = [step for step in steps if step.ends]
    if marked:
        return marked[0]
    named = [step for step in steps if step.name == "end"]
    if named:
        return named[0]
    return steps[0] if len(steps) == 1 else None


def _clash(before: str, last: str) -> bool:
    """Whether replacing one kind of member by another loses something; two steps of one name have a finding of their own."""
    declared = ("step", "parameter", "config")
    if before == last:
        return before in ("parameter", "config")
    if before == "constant":
        return last == "step"
    return before in declared or last in declared
