"""Scopes: in which branch of which split, foreach or gang each step stands, and which join closes which opener.

The walk goes on from the shallowest scope first, so that a step both inside and outside a branch counts as outside. An edge
that contradicts what the walk already knows is kept as a conflict and not followed.
"""

from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Literal

from flowc.ir.graph import FlowGraph, NextForeach, NextGang, NextSplit, Step, StepName

Scope = tuple[StepName, StepName] | None
"""(opener, first step of the branch), or None outside all branches."""

ConflictKind = Literal["join-without-split", "join-mixes", "two-joins", "empty-branch", "never-joined", "branches-meet", "crosses-scope"]


@dataclass(frozen=True, slots=True)
class Conflict:
    """An edge that was not followed. `scope` is where it would have led: the branch it stands in, or opens."""

    kind: ConflictKind
    source: StepName
    target: StepName
    scope: Scope


@dataclass(slots=True)
class Scopes:
    """What the walk found. `scope_of` holds every step reached without a conflict, in the order of the walk."""

    graph: FlowGraph
    scope_of: dict[StepName, Scope] = field(default_factory=dict)
    depth: dict[Scope, int] = field(default_factory=lambda: {None: 0})
    join_of: dict[StepName, StepName] = field(default_factory=dict)
    opener_of: dict[StepName, StepName] = field(default_factory=dict)
    came_from: dict[StepName, StepName | None] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)

    def ways(self, name: StepName) -> tuple[StepName, ...]:
        """Return where the flow goes on inside the scope of `name`; an opener goes on at its join."""
        step = self.graph.by_name[name]
        if is_opener(step):
            join = self.join_of.get(name)
            return (join,) if join in self.scope_of else ()
        scope = self.scope_of[name]
        return tuple(
            target
            for target in step.targets
            if not self.graph.by_name[target].inputs and target in self.scope_of and self.scope_of[target] == scope
        )

    def closing(self, name: StepName) -> StepName | None:
        """Return the join that `name` leads to as a way out of its scope, or None."""
        scope = self.scope_of[name]
        if scope is None or is_opener(self.graph.by_name[name]):
            return None
        join = self.join_of.get(scope[0])
        return join if join in self.graph.by_name[name].targets else None

    def onward(self, name: StepName) -> tuple[StepName, ...]:
        """Return `ways` and `closing` together, in case order."""
        if is_opener(self.graph.by_name[name]):
            return self.ways(name)
        inside = {*self.ways(name), self.closing(name)}
        return tuple(target for target in self.graph.by_name[name].targets if target in inside)

    def encloses(self, outer: Scope, inner: Scope) -> bool:
        """Whether `inner` stands somewhere inside `outer`, or is it."""
        while inner is not None and self.depth[inner] > self.depth[outer]:
            inner = self.scope_of[inner[0]]
        return inner == outer


def is_opener(step: Step) -> bool:
    """Whether `step` opens a split, foreach or gang."""
    return isinstance(step.transition, NextSplit | NextForeach | NextGang)


def find_scopes(graph: FlowGraph, start: StepName, end: StepName) -> Scopes:
    """Return the scopes of every step that `start` leads to; all targets must be steps, and `start` takes no inputs."""
    return _Walk(graph, end).run(start)


class _Walk:
    def __init__(self, graph: FlowGraph, end: StepName) -> None:
        self.steps = graph.by_name
        self.end = end
        self.found = Scopes(graph)
        self.pending: list[tuple[int, int, StepName, StepName, Scope]] = []
        self.pushed = 0

    def run(self, start: StepName) -> Scopes:
        found = self.found
        found.scope_of[start] = None
        found.came_from[start] = None
        self.leave(start)
        while self.pending:
            _, _, source, target, scope = heappop(self.pending)
            if target not in found.scope_of:
                found.scope_of[target] = scope
                found.came_from[target] = source
                self.leave(target)
            elif found.scope_of[target] != scope:
                there = found.scope_of[target]
                crosses = found.encloses(there, scope) or found.encloses(scope, there)
                self.conflict("crosses-scope" if crosses else "branches-meet", source, target, scope)
        return found

    def push(self, source: StepName, target: StepName, scope: Scope) -> None:
        self.pushed += 1
        heappush(self.pending, (self.found.depth[scope], self.pushed, source, target, scope))

    def conflict(self, kind: ConflictKind, source: StepName, target: StepName, scope: Scope) -> None:
        self.found.conflicts.append(Conflict(kind, source, target, scope))

    def leave(self, name: StepName) -> None:
        step = self.steps[name]
        scope = self.found.scope_of[name]
        opens = is_opener(step)
        for target in step.targets:
            if opens:
                self.open_branch(name, target)
            elif self.steps[target].inputs:
                self.close(name, target, scope)
            elif target == self.end and scope is not None:
                self.conflict("never-joined", name, target, scope)
            else:
                self.push(name, target, scope)

    def open_branch(self, opener: StepName, target: StepName) -> None:
        branch = (opener, target)
        self.found.depth[branch] = self.found.depth[self.found.scope_of[opener]] + 1
        if self.steps[target].inputs:
            self.conflict("empty-branch", opener, target, branch)
        elif target == self.end:
            self.conflict("never-joined", opener, target, branch)
        else:
            self.push(opener, target, branch)

    def close(self, name: StepName, join: StepName, scope: Scope) -> None:
        found = self.found
        if scope is None:
            self.conflict("join-without-split", name, join, scope)
            return
        opener = scope[0]
        if found.join_of.get(opener, join) != join:
            self.conflict("two-joins", name, join, scope)
        elif found.opener_of.get(join, opener) != opener:
            self.conflict("join-mixes", name, join, scope)
        else:
            found.join_of[opener] = join
            found.opener_of[join] = opener
            around = found.scope_of[opener]
            if join == self.end and around is not None:
                self.conflict("never-joined", name, join, around)
            else:
                self.push(name, join, around)
