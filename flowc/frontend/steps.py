"""One `@step` method to a `Step`: its signature, flags, decorators, transition and uses."""

import ast
from dataclasses import dataclass

from flowc.diagnostics import codes
from flowc.diagnostics.model import Label, Report
from flowc.frontend.arguments import WRITE_OUT, Given, match_signature
from flowc.frontend.classes import ClassInfo
from flowc.frontend.decorators import Decorations, DecoratorReader
from flowc.frontend.effects import EffectsOfFlow
from flowc.frontend.index import FunctionNode
from flowc.frontend.literals import Folder
from flowc.frontend.touches import Body
from flowc.frontend.transitions import NextReader, check_placement
from flowc.frontend.uses import Bodies, UsesOfFlow
from flowc.ir.graph import Edge, Step, StepName, Transition, edges_of
from flowc.ir.values import Unknown


@dataclass(slots=True, eq=False)
class FoundStep:
    """A step as its class defines it, before its body is read."""

    name: str
    owner: ClassInfo
    node: FunctionNode
    decorations: Decorations
    starts: bool = False
    ends: bool = False


class StepReader:
    """Reads the steps of one flow."""

    def __init__(
        self,
        flow: ClassInfo,
        decorators: DecoratorReader,
        folder: Folder,
        uses: UsesOfFlow,
        effects: EffectsOfFlow,
        bodies: Bodies,
        report: Report,
    ) -> None:
        self._flow = flow
        self._decorators = decorators
        self._folder = folder
        self._uses = uses
        self._effects = effects
        self._bodies = bodies
        self._report = report

    def find(self, name: str, owner: ClassInfo, node: FunctionNode) -> FoundStep:
        """Return the step with its decorators and flags read."""
        scope = owner.scope.at((node.lineno, node.col_offset))
        found = FoundStep(name, owner, node, self._decorators.read(node.decorator_list, scope))
        given = match_signature(found.decorations.step or [], (), frozenset({"start", "end", "node_info"}), "step", self._report)
        found.starts = self._flag(given, "start")
        found.ends = self._flag(given, "end")
        return found

    def read(self, found: FoundStep, *, is_end: bool) -> Step:
        """Return the step; the end may do without a transition, and so may a second one, which is an error of its own."""
        places = found.owner.module.places
        body = self._bodies.of(found.node)
        self._check_function(found, body)
        check_placement(found.name, found.node, body, found.owner, self._report)
        transition: Transition | None = None
        further: list[Edge] = []
        if body.nexts:
            reader = NextReader(found.node, body, found.owner, self._flow, self._folder, self._report)
            *earlier, transition = [reader.read(call) for call in body.nexts]
            further = [edge for other in earlier for edge in edges_of(other)]
        elif not (is_end or found.ends or found.name == "end" or body.loose_nexts):
            self._report_missing(found)
        uses, opaque = self._uses.of_step(found.owner, found.node)
        inputs = len([*found.node.args.posonlyargs, *found.node.args.args]) > 1
        return Step(
            name=StepName(found.name),
            inputs=inputs,
            transition=transition,
            further=tuple(further),
            decorators=tuple(found.decorations.decorators),
            starts=found.starts,
            ends=found.ends,
            doc=ast.get_docstring(found.node),
            uses=uses,
            opaque_uses=opaque,
            effects=self._effects.of_step(found.owner, found.node, inputs),
            span=places.name_span(found.node),
            body_span=places.body_span(found.node),
        )

    def _flag(self, given: dict[str, Given], name: str) -> bool:
        found = given.get(name)
        if found is None:
            return False
        if isinstance(found.value, Unknown):
            notes = [f"flowc cannot know it, because {found.value.why}"]
            self._report(codes.ARGUMENT_NOT_KNOWN, found.span, argument=f'"{name}"', kind="step", notes=notes, help=WRITE_OUT)
            return False
        return bool(found.value)

    def _check_function(self, found: FoundStep, body: Body) -> None:
        places = found.owner.module.places
        span = places.name_span(found.node)
        arguments = found.node.args
        plain = [*arguments.posonlyargs, *arguments.args]
        if found.decorations.binds is not None:
            self._report(codes.STATIC_STEP, span, name=found.name, kind=found.decorations.binds, help="a step is a plain method")
        elif not plain:
            self._report(codes.STEP_SIGNATURE, span, name=found.name, found="no argument", help="write: def NAME(self)")
        elif len(plain) > 2:
            label = "a step takes self, a join takes self and inputs"
            self._report(codes.STEP_SIGNATURE, places.span(plain[2]), name=found.name, found=f"{len(plain)} arguments", label=label)
        extra = arguments.vararg or arguments.kwarg or next(iter(arguments.kwonlyargs), None)
        if extra is not None:
            self._report(
                codes.STEP_SIGNATURE,
                places.span(extra),
                name=found.name,
                found=f'"{extra.arg}", which nothing passes',
                help="a step takes self, a join takes self and inputs",
            )
        if isinstance(found.node, ast.AsyncFunctionDef):
            self._report(codes.ASYNC_STEP, span, name=found.name, help="call asyncio.run(…) inside a plain step")
        if body.yields:
            label_at = Label(places.span(body.yields[0]), "it yields here")
            self._report(codes.GENERATOR_STEP, span, name=found.name, labels=[label_at], help="move the generator into a method of its own")

    def _report_missing(self, found: FoundStep) -> None:
        places = found.owner.module.places
        helper = self._uses.next_in_helper(found.owner, found.node)
        labels = []
        help = f'end "{found.name}" with self.next(self.other_step), or mark the last step of the flow with @step(end=True)'
        if helper is not None:
            info, method = helper
            labels.append(Label(info.module.places.span(self._bodies.of(method).nexts[0]), f'"{method.name}" calls it here'))
            help = "call self.next in the step itself, where flowc and Metaflow look for it"
        self._report(codes.NO_TRANSITION, places.name_span(found.node), name=found.name, labels=labels, help=help)
