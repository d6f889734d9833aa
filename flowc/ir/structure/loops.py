"""Loops: natural loops, one per first step, found inside each scope.

One depth-first walk per scope; an edge to an ancestor is a way back. First steps in reverse preorder collect their bodies
backwards, inner loops collapsed by union-find (R. Tarjan, "Testing flow graph reducibility", 1974; P. Havlak, "Nesting of
reducible and irreducible loops", 1997).
"""

from dataclasses import dataclass, field

from flowc.ir.graph import StepName
from flowc.ir.structure.scopes import Scopes


@dataclass(frozen=True, slots=True)
class SecondEntry:
    """The cycle of `first` can also be entered at `target`, from `source`. Paths are step names in order."""

    first: StepName
    target: StepName
    source: StepName
    path_to_first: tuple[StepName, ...]
    path_to_target: tuple[StepName, ...]
    cycle: tuple[StepName, ...]


@dataclass(slots=True)
class Loops:
    """`inner`: innermost loop of each step that stands in one; `outer`: the loop right around a loop. Both by first steps."""

    inner: dict[StepName, StepName] = field(default_factory=dict)
    outer: dict[StepName, StepName | None] = field(default_factory=dict)
    entries: list[SecondEntry] = field(default_factory=list)
    chains: dict[StepName | None, tuple[StepName, ...]] = field(default_factory=lambda: {None: ()})

    def chain(self, name: StepName) -> tuple[StepName, ...]:
        """Return the loops of its scope that hold step `name`, outermost first."""
        return self.chains[self.inner.get(name)]


def find_loops(scopes: Scopes) -> Loops:
    """Return the loops of every scope; `entries` lists the cycles that are no loops."""
    walk = _DepthFirst(scopes)
    loops = Loops()
    group = list(range(len(walk.order)))
    for first in reversed(range(len(walk.order))):
        if walk.back[first]:
            _collect(walk, first, group, loops)
    for name in walk.order:
        if name in loops.outer:
            loops.chains[name] = (*loops.chains[loops.outer[name]], name)
    return loops


def _collect(walk: "_DepthFirst", first: int, group: list[int], loops: Loops) -> None:
    body: dict[int, None] = {}
    pending = [_find(group, source) for source in walk.back[first]]
    entered: set[int] = set()
    while pending:
        here = pending.pop()
        if here == first or here in body:
            continue
        body[here] = None
        for source in walk.forward[here]:
            if first <= source <= walk.last[first]:
                pending.append(_find(group, source))
            elif here not in entered:
                entered.add(here)
                loops.entries.append(walk.second_entry(first, here, source))
    head = walk.order[first]
    loops.inner[head] = head
    loops.outer[head] = None
    for member in body:
        group[member] = first
        name = walk.order[member]
        if name in loops.outer:
            loops.outer[name] = head
        else:
            loops.inner[name] = head


def _find(group: list[int], member: int) -> int:
    root = member
    while group[root] != root:
        root = group[root]
    while group[member] != root:
        group[member], member = root, group[member]
    return root


class _DepthFirst:
    """Steps in preorder, scope after scope; `last` is the last descendant of each; edges by the position of their target."""

    def __init__(self, scopes: Scopes) -> None:
        self.scopes = scopes
        self.order: list[StepName] = []
        self.last: list[int] = []
        self.number: dict[StepName, int] = {}
        self.parent: dict[StepName, StepName | None] = {}
        for name, scope in scopes.scope_of.items():
            if name not in self.number and (scope is None or scope[1] == name):
                self._walk(name)
        self.forward: list[list[int]] = [[] for _ in self.order]
        self.back: list[list[int]] = [[] for _ in self.order]
        for source, name in enumerate(self.order):
            for way in scopes.ways(name):
                target = self.number[way]
                returns = target <= source <= self.last[target]
                (self.back if returns else self.forward)[target].append(source)

    def _walk(self, entry: StepName) -> None:
        self._enter(entry, None)
        stack = [(entry, iter(self.scopes.ways(entry)))]
        while stack:
            name, ways = stack[-1]
            way = next((way for way in ways if way not in self.number), None)
            if way is None:
                self.last[self.number[name]] = len(self.order) - 1
                stack.pop()
            else:
                self._enter(way, name)
                stack.append((way, iter(self.scopes.ways(way))))

    def _enter(self, name: StepName, parent: StepName | None) -> None:
        self.number[name] = len(self.order)
        self.order.append(name)
        self.last.append(-1)
        self.parent[name] = parent

    def second_entry(self, first: int, target: int, source: int) -> SecondEntry:
        """Describe a second way into the cycle of `first`."""
        head, here, came = self.order[first], self.order[target], self.order[source]
        down = self._path(here)
        inside = down[down.index(head) :]
        return SecondEntry(
            first=head,
            target=here,
            source=came,
            path_to_first=self._path(head),
            path_to_target=(*self._path(came), here),
            cycle=(*inside, *self._way_back(here, first)),
        )

    def _path(self, name: StepName) -> tuple[StepName, ...]:
        path = [name]
        parent = self.parent[name]
        while parent is not None:
            path.append(parent)
            parent = self.parent[parent]
        return tuple(reversed(path))

    def _way_back(self, name: StepName, first: int) -> tuple[StepName, ...]:
        came: dict[StepName, StepName] = {}
        head = self.order[first]
        pending = [name]
        for here in pending:
            for way in self.scopes.ways(here):
                if way not in came and first <= self.number[way] <= self.last[first]:
                    came[way] = here
                    pending.append(way)
            if head in came:
                break
        path = [head]
        while came[path[-1]] != name:
            path.append(came[path[-1]])
        return tuple(reversed(path))
