"""Random region trees for hypothesis: drawn as regions, in the form that `structure_regions` must find again.

Names are handed out before what they begin is drawn, so that an arm without steps can name what follows. Recursion is fine
here: drawn trees are shallow.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from flowc.diagnostics import Report
from flowc.ir.graph import (
    ArtifactName,
    Case,
    CaseKey,
    Edge,
    FlowGraph,
    Next,
    NextForeach,
    NextGang,
    NextSplit,
    NextSwitch,
    Step,
    StepName,
    Transition,
)
from flowc.ir.regions import (
    Again,
    Arm,
    Arms,
    Block,
    Chosen,
    Exit,
    Falls,
    Foreach,
    Gang,
    Goes,
    Invoke,
    Leaves,
    Loop,
    Region,
    RegionTree,
    Split,
    Switch,
)
from flowc.ir.structure_regions import structure_regions
from flowc.source import Span

SPAN = Span("flow.py", 1, 1, 1, 1)


@dataclass(frozen=True)
class Drawn:
    """A graph and the tree it was drawn as; `tree.places` and `tree.loops` are empty."""

    graph: FlowGraph
    tree: RegionTree


def drawn_trees(max_depth: int = 3, max_steps: int = 30, *, gangs: bool = True) -> SearchStrategy[Drawn]:
    """Return flows of about `max_steps` steps at most, whose regions nest about `max_depth` deep."""

    @st.composite
    def draw_tree(draw: DrawFn) -> Drawn:
        return _Drawing(draw, max_depth, max_steps, gangs).flow()

    return draw_tree()


def region_trees(max_depth: int = 3, max_steps: int = 30, *, gangs: bool = True) -> SearchStrategy[RegionTree]:
    """Return structured flows, places and loops included."""
    return drawn_trees(max_depth, max_steps, gangs=gangs).map(lambda drawn: structured(drawn.graph))


def structured(graph: FlowGraph) -> RegionTree:
    """Return the region tree of a graph that has one."""
    report = Report()
    tree = structure_regions(graph, report)
    assert tree is not None, report.diagnostics
    return tree


@dataclass(frozen=True)
class _Around:
    """`stop` is what the block falls to, None where it may only go round or leave; `leaves` are the loop's exits."""

    stop: StepName | None
    loop: StepName | None = None
    leaves: tuple[StepName, ...] = ()
    depth: int = 0

    def inside(self, stop: StepName | None) -> "_Around":
        return replace(self, stop=stop, depth=self.depth + 1)


@dataclass
class _Drawing:
    draw: DrawFn
    max_depth: int
    max_steps: int
    gangs: bool
    names: list[StepName] = field(default_factory=list)
    joins: set[StepName] = field(default_factory=set)
    transitions: dict[StepName, Transition] = field(default_factory=dict)
    entries: dict[StepName, list[tuple[CaseKey, StepName]]] = field(default_factory=dict)

    def pick(self, choices: int) -> int:
        return self.draw(st.integers(0, choices - 1))

    def fresh(self) -> StepName:
        self.names.append(StepName(f"s{len(self.names)}"))
        return self.names[-1]

    def small(self, around: _Around) -> bool:
        return around.depth >= self.max_depth or len(self.names) >= self.max_steps

    # --- the flow -----------------------------------------------------------------------------------------------------------

    def flow(self) -> Drawn:
        start, end = self.fresh(), self.fresh()
        block = self.meeting_block(_Around(stop=end), start)
        body = Block((*block.items, Invoke(end)), Falls(None))
        order = self.draw(st.permutations(self.names)) if self.pick(2) else self.names
        body = _in_source_order(body, {name: place for place, name in enumerate(order)})
        _Edges(self).read(body)
        steps = tuple(
            Step(
                name=name,
                inputs=name in self.joins,
                transition=self.transitions.get(name),
                starts=name == start,
                ends=name == end,
                span=replace(SPAN, line=place + 1),
                body_span=SPAN,
            )
            for place, name in enumerate(order)
        )
        graph = FlowGraph(name="DrawnFlow", file="flow.py", project_path="flow.py", steps=steps, span=SPAN)
        return Drawn(graph, RegionTree(graph=graph, body=body, places={}, loops={}))

    # --- blocks that fall to what follows ---------------------------------------------------------------------------------

    def meeting_block(self, around: _Around, entry: StepName, *, first_is_step: bool = False) -> Block:
        assert around.stop is not None
        return Block(tuple(self.stretch(around, entry, around.stop, first_is_step=first_is_step)), Falls(around.stop))

    def stretch(self, around: _Around, entry: StepName, follow: StepName, *, first_is_step: bool) -> list[Region]:
        """Draw items from `entry` on, up to what follows them."""
        items: list[Region] = []
        wanted = 1 + self.pick(3)
        must_be_step, here = first_is_step, entry
        while True:
            kind = "plain" if self.small(around) else ("plain", "plain", "switch", "split", "each", "gang", "loop")[self.pick(7)]
            if kind == "loop" and must_be_step:
                kind = "plain"
            opens = kind in ("split", "each", "gang") and not (kind == "gang" and not self.gangs)
            if kind == "gang" and not self.gangs:
                kind = "plain"
            wanted -= 1
            last = wanted <= 0 and not opens
            behind = follow if last else self.fresh()
            items += self.item(kind, around, here, behind)
            must_be_step = opens
            if last:
                return items
            here = behind

    def item(self, kind: str, around: _Around, name: StepName, follow: StepName) -> list[Region]:
        match kind:
            case "switch":
                return [Invoke(name), Switch(Chosen(name), self.meeting_arms(around, follow))]
            case "split":
                self.joins.add(follow)
                inside = _Around(stop=follow, depth=around.depth + 1)
                branches = tuple(self.meeting_block(inside, self.fresh()) for _ in range(2 + self.pick(2)))
                return [Invoke(name), Split(name, branches, follow)]
            case "each":
                self.joins.add(follow)
                body = self.meeting_block(_Around(stop=follow, depth=around.depth + 1), self.fresh())
                return [Invoke(name), Foreach(name, ArtifactName(f"items_{name}"), body, follow)]
            case "gang":
                self.joins.add(follow)
                return [Invoke(name), Gang(name, 2, Block((Invoke(self.fresh()),), Falls(follow)), follow)]
            case "loop":
                return self.meeting_loop(around, name, follow)
            case _:
                return [Invoke(name)]

    def meeting_arms(self, around: _Around, follow: StepName) -> tuple[Arm, ...]:
        inside = around.inside(follow)
        arms = [self.block_arm(self.meeting_block(inside, self.fresh())) for _ in range(1 + self.pick(2))]
        if self.pick(3) == 0 and not self.small(inside):
            arms += self.sharing_arms(lambda: self.meeting_block(inside, self.fresh()), inside)
        if len(arms) == 1 or self.pick(3) == 0:
            arms.insert(self.pick(len(arms) + 1), Arm(follow, (), Block((), Falls(follow))))
        return tuple(arms)

    def sharing_arms(self, draw_tail: "object", around: _Around) -> list[Arm]:
        """Draw two or three arms that share a tail; one of them may be the tail itself."""
        assert callable(draw_tail)
        tail: Block = draw_tail()
        start = _entry(tail)
        arms = []
        for _ in range(1 + self.pick(2)):
            entry = self.fresh()
            arms.append(Arm(entry, (), Block(tuple(self.stretch(around, entry, start, first_is_step=False)), Goes(tail))))
        if len(arms) == 1:
            arms.insert(self.pick(2), Arm(start, (), tail))
        return arms

    def block_arm(self, block: Block) -> Arm:
        return Arm(_entry(block), (), block)

    def meeting_loop(self, around: _Around, first: StepName, follow: StepName) -> list[Region]:
        if self.pick(2):
            return [self.loop(around, first, (follow,))]
        inside = around.inside(follow)
        arms = [self.block_arm(self.meeting_block(inside, self.fresh())) for _ in range(1 + self.pick(2))]
        if len(arms) == 1 or self.pick(2):
            arms.append(Arm(follow, (), Block((), Falls(follow))))
        loop = self.loop(around, first, tuple(arm.target for arm in arms))
        return [loop, Switch(Exit(first), tuple(arms))]

    # --- blocks of a loop that only go round or leave ---------------------------------------------------------------------

    def loop(self, around: _Around, first: StepName, exits: tuple[StepName, ...]) -> Loop:
        inside = _Around(stop=None, loop=first, leaves=exits, depth=around.depth + 1)
        return Loop(first, self.round_block(inside, first, exits, first_is_step=True), exits)

    def round_block(self, around: _Around, entry: StepName, must: Sequence[StepName], *, first_is_step: bool) -> Block:
        """Draw a block that goes round somewhere, and leaves for every step of `must`."""
        loop = around.loop
        assert loop is not None
        items: list[Region] = []
        here = entry
        if not must and (self.small(around) or self.pick(2)):
            return Block(tuple(self.stretch(replace(around, stop=loop), entry, loop, first_is_step=first_is_step)), Again(loop))
        if self.pick(2) and not self.small(around):
            here = self.fresh()
            items += self.stretch(around, entry, here, first_is_step=first_is_step)
            first_is_step = isinstance(items[-1], Split | Foreach | Gang)
        arms = self.round_arms(around, must or around.leaves[:1])
        if not first_is_step and not self.small(around) and self.pick(3) == 0:
            items.append(self.loop(around, here, tuple(arm.target for arm in arms)))
            items.append(Switch(Exit(here), arms))
        else:
            items += [Invoke(here), Switch(Chosen(here), arms)]
        return Block(tuple(items), Arms())

    def round_arms(self, around: _Around, must: Sequence[StepName]) -> tuple[Arm, ...]:
        loop = around.loop
        assert loop is not None
        inside = around.inside(None)
        direct = 1 + self.pick(len(must))
        arms = [Arm(name, (), Block((), Leaves(loop, name))) for name in must[:direct]]
        rest = must[direct:]
        if rest or self.pick(2):
            arms.append(self.block_arm(self.round_block(inside, self.fresh(), rest, first_is_step=False)))
        if self.pick(4) == 0 and not self.small(around):
            arms += self.sharing_arms(lambda: self.round_block(inside, self.fresh(), (), first_is_step=False), inside)
        if len(arms) == direct or self.pick(3) == 0:
            arms.insert(self.pick(len(arms) + 1), Arm(loop, (), Block((), Again(loop))))
        return tuple(arms)


def _entry(block: Block) -> StepName:
    head = block.items[0]
    return head.first if isinstance(head, Loop) else head.step  # type: ignore[union-attr]


class _Edges:
    """Reads the transitions that a tree implies."""

    def __init__(self, drawing: _Drawing) -> None:
        self.drawing = drawing
        self.seen: set[Block] = set()

    def read(self, block: Block) -> None:
        if block in self.seen:
            return
        self.seen.add(block)
        transitions = self.drawing.transitions
        for index, item in enumerate(block.items):
            match item:
                case Invoke(step=step):
                    behind = block.items[index + 1] if index + 1 < len(block.items) else None
                    target = self.behind(block, behind)
                    if step not in transitions and target is not None:
                        transitions[step] = Next(edge=Edge(target, SPAN), span=SPAN)
                case Split(step=step, branches=branches):
                    transitions[step] = NextSplit(edges=tuple(Edge(_entry(branch), SPAN) for branch in branches), span=SPAN)
                    for branch in branches:
                        self.read(branch)
                case Foreach(step=step, over=over, body=body):
                    transitions[step] = NextForeach(edge=Edge(_entry(body), SPAN), over=over, over_span=SPAN, span=SPAN)
                    self.read(body)
                case Gang(step=step, size=size, body=body):
                    transitions[step] = NextGang(edge=Edge(_entry(body), SPAN), size=size, size_span=SPAN, span=SPAN)
                    self.read(body)
                case Switch(on=on, arms=arms):
                    if isinstance(on, Chosen):
                        cases = tuple(Case(key, Edge(arm.target, SPAN), SPAN) for arm in arms for key in arm.cases)
                        condition = ArtifactName(f"kind_{on.step}")
                        transitions[on.step] = NextSwitch(cases=cases, condition=condition, condition_span=SPAN, span=SPAN)
                    for arm in arms:
                        self.read(arm.block)
                case Loop(body=body):
                    self.read(body)
        if isinstance(block.end, Goes):
            self.read(block.end.block)

    def behind(self, block: Block, item: Region | None) -> StepName | None:
        match item:
            case Invoke(step=step):
                return step
            case Loop(first=first):
                return first
            case None:
                pass
            case _:
                return None
        match block.end:
            case Falls(to=to):
                return to
            case Again(loop=loop):
                return loop
            case Goes(block=tail):
                return _entry(tail)
            case _:
                return None


def _in_source_order(root: Block, place: dict[StepName, int]) -> Block:
    """Return the tree with the arms behind each loop in source order, and with case values on the other arms."""
    built: dict[Block, Block] = {}

    def rebuild(block: Block) -> Block:
        if block not in built:
            end = Goes(rebuild(block.end.block)) if isinstance(block.end, Goes) else block.end
            built[block] = Block(tuple(remade(item) for item in block.items), end)
        return built[block]

    def remade(item: Region) -> Region:
        match item:
            case Split(step=step, branches=branches, join=join):
                return Split(step, tuple(rebuild(branch) for branch in branches), join)
            case Foreach(body=body) | Gang(body=body):
                return replace(item, body=rebuild(body))
            case Loop(first=first, body=body, exits=exits):
                return Loop(first, rebuild(body), tuple(sorted(exits, key=place.__getitem__)))
            case Switch(on=Exit() as on, arms=arms):
                ordered = sorted(arms, key=lambda arm: place[arm.target])
                return Switch(on, tuple(replace(arm, block=rebuild(arm.block)) for arm in ordered))
            case Switch(on=on, arms=arms):
                keys = _keys(len(arms))
                return Switch(on, tuple(Arm(arm.target, key, rebuild(arm.block)) for arm, key in zip(arms, keys, strict=True)))
            case Invoke():
                return item

    return rebuild(root)


def _keys(count: int) -> list[tuple[CaseKey, ...]]:
    """Case values of several types; the third arm has two."""
    return [("a",), (1,), ("b", None), (2.5,), (-3,), ("",), *((f"c{number}",) for number in range(count))][:count]
