"""Effects of the steps of one flow: touches in order, methods that are called put in their place, what forgives dropped."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace

from flowc.frontend.classes import ClassInfo
from flowc.frontend.index import FunctionNode
from flowc.frontend.touches import Body, Context, Touch
from flowc.frontend.uses import UsesOfFlow
from flowc.frontend.written import WrittenValues
from flowc.ir.effects import BranchRead, Delete, Effect, Escape, ItemRead, MemberRead, Merge, Read, Write

_PROPERTIES = ("property", "cached_property")
_EVERYTHING = ""
"""Stands for every name, where one is asked for that is computed."""


class EffectsOfFlow:
    """Effects of the steps of one flow. A method's effects are worked out once, then shared by every step that calls it."""

    def __init__(self, uses: UsesOfFlow, *, values: bool) -> None:
        self._uses = uses
        self._summaries: dict[int, tuple[Effect, ...]] = {}
        self._values = values

    def of_step(self, owner: ClassInfo, node: FunctionNode, inputs: bool) -> tuple[Effect, ...]:
        """Return what the step does, in order of evaluation."""
        for info, method in self._callees_first(owner, node):
            if method is not node and id(method) not in self._summaries:
                self._summaries[id(method)] = self._of(info, method, in_step=False)
        return self._of(owner, node, in_step=True, inputs=inputs)

    def _callees_first(self, owner: ClassInfo, node: FunctionNode) -> Iterator[tuple[ClassInfo, FunctionNode]]:
        """Yield all the methods that a method reaches, and itself last; of methods that call each other some come too early."""
        seen: set[int] = set()
        pending: list[tuple[ClassInfo, FunctionNode, bool]] = [(owner, node, False)]
        while pending:
            info, method, done = pending.pop()
            if done:
                yield info, method
            elif id(method) not in seen:
                seen.add(id(method))
                pending.append((info, method, True))
                for touch in reversed(self._uses.body(method).touches):
                    found = self._uses.method(info, touch)
                    if found is not None and id(found[1]) not in seen and id(found[1]) not in self._summaries:
                        pending.append((*found, False))

    def _of(self, owner: ClassInfo, node: FunctionNode, *, in_step: bool, inputs: bool = False) -> tuple[Effect, ...]:
        body = self._uses.body(node)
        values = WrittenValues(node, body) if self._values else None
        found: list[tuple[Effect, Context]] = []
        probed = _Probes()
        for touch in body.touches:
            method = self._uses.method(owner, touch)
            if method is None:
                effect = self._effect(owner, touch, body, values, probed, in_step, inputs)
                if effect is not None:
                    found.append((effect, touch.context))
            else:
                found.extend(self._inlined(owner, touch, *method, in_step=in_step))
        return tuple(_first_of_each(_without_forgiven(found)))

    def _effect(
        self, owner: ClassInfo, touch: Touch, body: Body, values: WrittenValues | None, probed: "_Probes", in_step: bool, inputs: bool
    ) -> Effect | None:
        context = touch.context
        span = owner.module.places.span
        match touch.kind:
            case "read":
                if touch.name == "merge_artifacts" or context.guarded or probed.has(touch.name):
                    return None
                return Read(touch.name, span(touch.node), context.sure)
            case "write":
                return Write(touch.name, span(touch.node), context.sure, values.of(touch) if values else None)
            case "delete":
                return Delete(touch.name, span(touch.node), context.sure and not context.guarded and not probed.has(touch.name))
            case "probe":
                probed.names.add(touch.name)
            case "member probe":
                probed.members.add(touch.name)
            case "escape":
                return Escape()
            case "merge" if touch.merge is not None:
                merge = touch.merge
                whole = merge.whole and in_step and inputs and not body.inputs_rebound
                return Merge(span(touch.node), context.sure and not context.guarded, whole, merge.include, merge.exclude)
            case "branch" | "member" if inputs and not context.guarded and not body.inputs_rebound:
                if probed.members.isdisjoint((touch.name, _EVERYTHING)):
                    if touch.kind == "branch":
                        return BranchRead(touch.name, span(touch.node), context.sure)
                    return MemberRead(touch.name, touch.selector, span(touch.node), context.sure)
            case "item" if in_step:
                return ItemRead(touch.name, span(touch.node), context.sure and not context.guarded)
        return None

    def _inlined(
        self, owner: ClassInfo, touch: Touch, info: ClassInfo, method: FunctionNode, *, in_step: bool
    ) -> Iterator[tuple[Effect, Context]]:
        context = touch.context
        runs = touch.called or any(_is_property(decorator) for decorator in method.decorator_list)
        if not runs:
            context = context.maybe()._replace(nested=True)
        inner = self._summaries.get(id(method))
        if inner is None:  # methods that call each other: whatever they may write may be there
            yield Escape(), context
            return
        via = owner.module.places.span(touch.node) if inner else None
        for effect in inner:
            if isinstance(effect, Escape):
                yield effect, context
                continue
            sure = effect.sure and context.sure and not context.guarded
            if isinstance(effect, Read):
                # What a method reads under a condition mostly hangs on its arguments, so only what it surely reads is taken over.
                if effect.sure and not context.guarded:
                    yield Read(effect.name, effect.span, sure, via), context
            elif sure == effect.sure:
                yield effect, context
            else:
                yield replace(effect, sure=sure), context


class _Probes:
    """Names that the method has asked for before it reads them."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.members: set[str] = set()

    def has(self, name: str) -> bool:
        return not self.names.isdisjoint((name, _EVERYTHING))


def _is_property(decorator: ast.expr) -> bool:
    match decorator:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in _PROPERTIES
    return False


def _without_forgiven(found: Sequence[tuple[Effect, Context]]) -> Iterator[Effect]:
    """Leave out reads that a write behind them may precede: in an earlier turn of a loop, or because they run later."""
    written: set[str] = set()
    in_loop: dict[int, set[str]] = {}
    for effect, context in found:
        if isinstance(effect, Write):
            written.add(effect.name)
        elif isinstance(effect, Escape | Merge):
            written.add(_EVERYTHING)
        for loop in context.loops:
            if isinstance(effect, Write):
                in_loop.setdefault(loop, set()).add(effect.name)
            elif isinstance(effect, Escape | Merge):
                in_loop.setdefault(loop, set()).add(_EVERYTHING)
    for effect, context in found:
        if isinstance(effect, Read):
            name = effect.name
            if context.nested and not written.isdisjoint((name, _EVERYTHING)):
                continue
            if any(loop in in_loop and not in_loop[loop].isdisjoint((name, _EVERYTHING)) for loop in context.unsure):
                continue
        yield effect


def _first_of_each(effects: Iterator[Effect]) -> Iterator[Effect]:
    """Leave out what repeats: a read behind another of the same name, or behind a write; a write behind another."""
    read: dict[str, bool] = {}
    written: set[str] = set()
    escaped = False
    for effect in effects:
        match effect:
            case Read(name=name, sure=sure):
                if escaped or name in written or (name in read and read[name] >= sure):
                    continue
                read[name] = read.get(name, False) or sure
            case Write(name=name, written=value):
                if name in written and value is None:
                    continue
                written.add(name)
            case Delete(name=name):
                written.discard(name)
                read.pop(name, None)
            case Escape():
                if escaped:
                    continue
                escaped = True
            case Merge():
                read.clear()
        yield effect
