"""Which artifacts a step touches: its own body, and the methods of the flow it reaches through `self` and `super()`."""

from collections.abc import Mapping

from flowc.frontend.bodies import walk_body
from flowc.frontend.classes import ClassInfo
from flowc.frontend.index import DefinedFunction, FunctionNode
from flowc.frontend.touches import Body, Touch
from flowc.ir.graph import ArtifactName, Use

Methods = Mapping[str, tuple[ClassInfo, FunctionNode]]


class Bodies:
    """Walks every method once, whichever flows share it."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[FunctionNode, Body]] = {}

    def of(self, node: FunctionNode) -> Body:
        """Return the walk over `node`."""
        if id(node) not in self._known:
            self._known[id(node)] = (node, walk_body(node))
        return self._known[id(node)][1]


class UsesOfFlow:
    """Uses of the steps of one flow. A method's uses are worked out once, then shared by every step that calls it."""

    def __init__(self, flow: ClassInfo, methods: Methods, bodies: Bodies) -> None:
        self._flow = flow
        self._methods = methods
        self._bodies = bodies
        self._summaries: dict[int, tuple[tuple[Use, ...], bool]] = {}

    def of_step(self, owner: ClassInfo, node: FunctionNode) -> tuple[tuple[Use, ...], bool]:
        """Return every use in the step's own body and the distinct ones in what it calls; True where `self` escapes."""
        body = self._bodies.of(node)
        uses: dict[Use | tuple[Use, object], None] = {}
        found: list[Use] = []
        opaque = body.opaque
        seen: set[int] = {id(node)}
        for touch in body.touches:
            method = self.method(owner, touch)
            if method is None:
                use = self._use(owner, touch)
                found.extend([use] if use is not None else [])
            elif id(method[1]) not in seen:
                seen.add(id(method[1]))
                inner, escapes = self._summary(*method)
                opaque = opaque or escapes
                found.extend(use for use in inner if use not in uses)
                uses.update(dict.fromkeys(inner))
        return tuple(found), opaque

    def next_in_helper(self, owner: ClassInfo, node: FunctionNode) -> tuple[ClassInfo, FunctionNode] | None:
        """Return a method that the step calls and that calls `self.next`, or None."""
        for info, method in self._reached(owner, node):
            if method is not node and self._bodies.of(method).nexts:
                return info, method
        return None

    def body(self, node: FunctionNode) -> Body:
        """Return the walk over a method."""
        return self._bodies.of(node)

    def _use(self, owner: ClassInfo, touch: Touch) -> Use | None:
        kind = "read" if touch.kind == "super" else touch.kind
        if kind not in ("read", "write", "delete"):
            return None
        guarded = touch.context.guarded or touch.context.nested
        return Use(ArtifactName(touch.name), kind, owner.module.places.span(touch.node), guarded)

    def method(self, owner: ClassInfo, touch: Touch) -> tuple[ClassInfo, FunctionNode] | None:
        """Return the method of the flow that a touch in a method of `owner` reaches, and the class that defines it, or None."""
        if touch.kind == "super":
            return self._above(owner, touch.name)
        return self._methods.get(touch.name) if touch.kind == "read" else None

    def _above(self, owner: ClassInfo, name: str) -> tuple[ClassInfo, FunctionNode] | None:
        mro = self._flow.mro
        behind = mro[mro.index(owner) + 1 :] if owner in mro else ()
        for info in behind:
            bindings = info.table.bindings(name)
            if bindings:
                last = bindings[-1]
                return (info, last.node) if isinstance(last, DefinedFunction) else None
        return None

    def _reached(self, owner: ClassInfo, node: FunctionNode) -> list[tuple[ClassInfo, FunctionNode]]:
        """Return the method and all it reaches, each once, callers before callees."""
        order: list[tuple[ClassInfo, FunctionNode]] = []
        seen: set[int] = set()
        pending = [(owner, node)]
        while pending:
            info, method = pending.pop()
            if id(method) in seen:
                continue
            seen.add(id(method))
            order.append((info, method))
            called = [self.method(info, touch) for touch in self._bodies.of(method).touches]
            pending.extend(found for found in reversed(called) if found is not None)
        return order

    def _summary(self, owner: ClassInfo, node: FunctionNode) -> tuple[tuple[Use, ...], bool]:
        known = self._summaries.get(id(node))
        if known is not None:
            return known
        uses: dict[Use, None] = {}
        opaque = False
        for info, method in self._reached(owner, node):
            body = self._bodies.of(method)
            opaque = opaque or body.opaque
            for touch in body.touches:
                use = self._use(info, touch) if touch.kind != "super" and self.method(info, touch) is None else None
                if use is not None:
                    uses.setdefault(use)
        self._summaries[id(node)] = (tuple(uses), opaque)
        return self._summaries[id(node)]
