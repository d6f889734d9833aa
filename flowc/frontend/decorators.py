"""Decorators as written: flowc's own by their authoring name, the user's by their text, each with its arguments as values.

A class that derives from `FlowMutator` or `StepMutator` changes the flow before it is compiled, so it is refused. A
`UserStepDecorator`, written as a class or with `@user_step_decorator`, only runs around a step: it is one of the user's own.
"""

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field

from flowc.diagnostics import codes
from flowc.diagnostics.model import Report
from flowc.frontend.arguments import Given, read_arguments
from flowc.frontend.authoring import MUTATORS
from flowc.frontend.classes import Classes
from flowc.frontend.entities import Authoring, Builtin, Entity, OfClass, OfFunction, OfValue, Scope
from flowc.frontend.literals import Folder
from flowc.ir.graph import Argument, Decorator
from flowc.ir.values import Value
from flowc.source import Span

_MUTATOR_HELP = "write out what it adds: the decorators on each step; a plain function may wrap a step as usual"


@dataclass(slots=True, eq=False)
class Decorations:
    """What stands above one function or class."""

    decorators: list[Decorator] = field(default_factory=list)
    step: list[Given] | None = None
    """Arguments of `@step` where it stands there."""
    binds: str | None = None
    """`staticmethod`, `classmethod` or `property`."""


class DecoratorReader:
    """Reads decorators of the classes and methods of one project."""

    def __init__(self, classes: Classes, folder: Folder, report: Report) -> None:
        self._classes = classes
        self._names = classes.names
        self._folder = folder
        self._report = report

    def is_step(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> bool:
        """Whether `@step` stands above the function."""
        return any(self._names.of(_callee(expression), scope) == Authoring("step") for expression in node.decorator_list)

    def read(self, expressions: Sequence[ast.expr], scope: Scope) -> Decorations:
        """Return the decorators in source order; mutators are reported and left out."""
        found = Decorations()
        for expression in expressions:
            self._read(expression, scope, scope.module.places.span(expression), found)
        return found

    def _read(self, expression: ast.expr, scope: Scope, span: Span, found: Decorations) -> None:
        callee = _callee(expression)
        entity = self._names.of(callee, scope)
        if isinstance(entity, OfValue) and callee is expression and isinstance(entity.binding.value, ast.Call) and not entity.binding.path:
            # again = retry(times=3), then @again
            inner = entity.scope.at(entity.binding.position)
            made_by = self._names.of(entity.binding.value.func, inner)
            if isinstance(made_by, Authoring) or self._is_mutator(made_by):
                self._read(entity.binding.value, inner, span, found)
                return
        if self._is_mutator(entity):
            text = scope.module.places.text(callee)
            self._report(codes.MUTATOR, span, name=text, help=_MUTATOR_HELP)
            found.decorators.append(Decorator(name=text, origin="user", span=span))
            return
        given = read_arguments(expression, scope, self._folder) if isinstance(expression, ast.Call) else []
        match entity:
            case Authoring(name="step"):
                found.step = given
            case Authoring(name=name):
                arguments = [Argument(one.name, self._argument(name, one), one.span) for one in given]
                found.decorators.append(Decorator(name=name, origin="flowc", arguments=tuple(arguments), span=span))
            case _:
                if isinstance(entity, Builtin) and entity.name in ("staticmethod", "classmethod", "property"):
                    found.binds = entity.name
                    return
                name = scope.module.places.text(callee)
                arguments = [Argument(one.name, one.value, one.span) for one in given]
                found.decorators.append(Decorator(name=name, origin="user", arguments=tuple(arguments), span=span))

    def _argument(self, decorator: str, given: Given) -> Value:
        """Return the value of an argument; functions handed to an exit hook are their names, as Metaflow has them."""
        if decorator == "exit_hook" and isinstance(given.expression, ast.List | ast.Tuple):
            return [self._hook(element, given.scope) for element in given.expression.elts]
        return given.value

    def _hook(self, element: ast.expr, scope: Scope) -> Value:
        entity = self._names.of(element, scope)
        if isinstance(entity, OfFunction):
            return entity.node.name
        return self._folder.value(element, scope)

    def _is_mutator(self, entity: Entity) -> bool:
        match entity:
            case Authoring(name=name):
                return name in MUTATORS
            case OfClass(module=module, node=node):
                return self._classes.of(module, node).is_mutator
        return False


def _callee(expression: ast.expr) -> ast.expr:
    return expression.func if isinstance(expression, ast.Call) else expression
