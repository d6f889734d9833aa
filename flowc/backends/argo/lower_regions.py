"""From the region tree to DAG templates: one for each foreach body, for each arm and tail of more than one step, and for each loop.

A loop is a template that calls itself for the next turn. Argo nests templates 100 deep, so where a loop must go further, several
turns stand side by side at each level; where even that does not do, one container runs the whole loop.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from flowc.backends.argo.model import AT, NEXT, OUTPUTS, DagTemplate, LoopTurns, Lowered, Task, When
from flowc.backends.argo.names import MAIN, FreeNames, Names
from flowc.backends.argo.options import ArgoOptions
from flowc.backends.argo.size_blocks import cut, find_outlined
from flowc.backends.argo.walk_block import INPUT_AT, BlockWalk, Callee, handed_over
from flowc.ir.graph import StepName
from flowc.ir.regions import Block, Foreach, Gang, Goes, Invoke, Loop, RegionTree, Switch
from flowc.ir.traversal import each_block, first_step, shared_blocks
from flowc.runtime_shim.contract import TOP


def lower_regions(tree: RegionTree, options: ArgoOptions) -> Lowered:
    """Return the DAG templates of a structured flow; loops that need more levels than there are come back as `fused`."""
    outermost = frozenset(place.loops[0] if place.loops else first for first, place in tree.loops.items())
    if options.loops == "fused" and outermost:
        return _Lowering(tree, options, outermost).lowered()
    found = _Lowering(tree, options, frozenset()).lowered()
    too_far = found.levels > options.max_levels or any(loop.copies > options.max_tasks - 1 for loop in found.loops)
    return _Lowering(tree, options, outermost).lowered() if too_far and found.loops else found


@dataclass(slots=True)
class _LoopInside:
    """A loop that was called: its template, the template of a turn, and what it must hand over."""

    loop: Loop
    name: str
    turn: Callee | None = None
    needs: set[str] = field(default_factory=set)


class _Lowering:
    """See `Callees`: hands out template names while blocks wait in a queue to be walked."""

    def __init__(self, tree: RegionTree, options: ArgoOptions, fused: frozenset[StepName]) -> None:
        self._tree = tree
        self._options = options
        self._names = Names(step.name for step in tree.graph.steps)
        self._fused_first = fused
        self._fused: dict[StepName, tuple[str, set[str]]] = {}
        self._needs: dict[StepName, set[str]] = {}
        self._waiting: deque[tuple[Block, str, bool]] = deque()
        self._called: dict[Block, Callee] = {}
        self._loops: dict[Block, _LoopInside] = {}
        self._turnless: list[_LoopInside] = []
        self._shared = shared_blocks(tree.body)
        self._dags: list[DagTemplate | _LoopInside] = []
        self._gangs: set[StepName] = set()
        self.most = options.max_tasks
        self.outlined = find_outlined(tree.body, self.most)

    def lowered(self) -> Lowered:
        """Walk everything and return it."""
        self._add(self._tree.body, MAIN, yields=False, at=TOP)
        while self._waiting:
            self._add(*self._waiting.popleft(), at=INPUT_AT)
        levels, deepest, loops = _levels(self._dags, self._options)
        names = self._names.steps | {first: name for first, (name, _) in self._fused.items()}
        by_loop = {id(inside): turns for inside, turns in loops}
        dags = tuple(_loop_dag(dag, by_loop[id(dag)].copies) if isinstance(dag, _LoopInside) else dag for dag in self._dags)
        return Lowered(
            dags=dags,
            outputs={step: frozenset(found) for step, found in self._needs.items()},
            step_names=names,
            loops=tuple(turns for _, turns in loops),
            levels=levels,
            deepest=next((step for step, name in names.items() if name == deepest), self._tree.graph.steps[0].name),
            fused={first: frozenset(found) for first, (_, found) in self._fused.items()},
            gangs=frozenset(self._gangs),
        )

    def _add(self, block: Block, name: str, yields: bool, *, at: str) -> None:
        """Add the templates of a block, those that they call for the first time behind them."""
        place = len(self._dags)
        self._dags[place:place] = self._chain(cut(block, self.outlined, self.most), name, at=at, yields=yields)
        for inside in self._turnless:
            inside.turn = self._turn(inside)
        self._turnless.clear()

    # --- what the walk asks ---------------------------------------------------------------------------------------------

    def step(self, step: StepName) -> Callee:
        """Return the template of a step."""
        self._needs.setdefault(step, set())
        return Callee(self._names.steps[step])

    def block(self, block: Block, wanted: str, *, yields: bool) -> Callee:
        """Return the template that runs `block`."""
        if block in self._called:
            return self._called[block]
        alone = block.items[0] if len(block.items) == 1 and not isinstance(block.end, Goes) else None
        if isinstance(alone, Invoke) and not yields:
            return self.step(alone.step)
        if isinstance(alone, Loop) and not yields:
            return self.loop(alone)
        name = f"{first_step(block)}-tail" if block in self._shared else wanted
        callee = Callee(self._names.free(name))
        self._called[block] = callee
        self._waiting.append((block, callee.template, yields))
        return callee

    def loop(self, loop: Loop) -> Callee:
        """Return the template of a loop."""
        if loop.first in self._fused_first:
            if loop.first not in self._fused:
                self._fused[loop.first] = (self._names.free(f"{loop.first}-loop"), set())
            return Callee(self._fused[loop.first][0])
        if loop.body not in self._loops:
            inside = _LoopInside(loop, self._names.free(f"{loop.first}-loop"))
            self._loops[loop.body] = inside
            self._turnless.append(inside)
            self._dags.append(inside)
        return Callee(self._loops[loop.body].name, "~0")

    def items(self, foreach: Foreach) -> tuple[Callee, bool]:
        """Return the template of one item, or one that runs them all, not too many at a time."""
        body = self.block(foreach.body, f"{foreach.step}-body", yields=False)
        width = self._options.max_parallel
        if width is None:
            return body, False
        name = self._names.free(f"{foreach.step}-width")
        task = Task(name="item", template=body.template, at=f"{INPUT_AT}.{{{{item}}}}{body.suffix}", count="")
        self._dags.append(DagTemplate(name=name, tasks=(task,), counted=True, parallelism=width))
        return Callee(name), True

    def gang(self, gang: Gang) -> Callee:
        """Return the template that starts all members."""
        member = first_step(gang.body)
        self._gangs.add(member)
        return self.step(member)

    def branches(self, blocks: Sequence[Block], wanted: str) -> Callee:
        """Return a template that runs several branches of a split."""
        name = self._names.free(wanted)
        names = FreeNames()
        tasks = []
        for block in blocks:
            callee = self.block(block, f"{first_step(block)}-branch", yields=False)
            task = names.free(first_step(block))
            tasks.append(Task(name=task, template=callee.template, at=INPUT_AT + callee.suffix))
        self._dags.append(DagTemplate(name=name, tasks=tuple(tasks)))
        return Callee(name)

    def needs(self, what: StepName | Loop, *outputs: str) -> None:
        """Note what a step or loop must hand over."""
        if not isinstance(what, Loop):
            self._needs.setdefault(what, set()).update(outputs)
        elif what.first in self._fused:
            self._fused[what.first][1].update(outputs)
        else:
            self._loops[what.body].needs.update(outputs)

    # --- templates ------------------------------------------------------------------------------------------------------

    def _chain(self, parts: Sequence[Block], name: str, *, at: str, yields: bool) -> list[DagTemplate]:
        """The DAG of a block, or one that calls its parts, and parts of parts where these are too many."""
        if len(parts) == 1:
            walk = BlockWalk(parts[0], self, at=at, yields=yields)
            return [DagTemplate(name=name, tasks=tuple(walk.tasks), outputs=walk.outputs, top=at == TOP)]
        below: list[DagTemplate] = []
        names = [self._names.free(f"{name}-part") for _ in parts]
        for place, (part, own) in enumerate(zip(parts, names, strict=True)):
            walk = BlockWalk(part, self, at=INPUT_AT, yields=yields and place == len(parts) - 1)
            below.append(DagTemplate(name=own, tasks=tuple(walk.tasks), outputs=walk.outputs))
        while len(names) > self.most:
            groups = [names[start : start + self.most] for start in range(0, len(names), self.most)]
            names = [self._names.free(f"{name}-parts") for _ in groups]
            below.extend(
                _in_a_row(own, group, INPUT_AT, yields=yields and group is groups[-1]) for own, group in zip(names, groups, strict=True)
            )
        return [replace(_in_a_row(name, names, at, yields=yields), top=at == TOP), *below]

    def _turn(self, inside: _LoopInside) -> Callee:
        """The template of one turn: the step itself where it alone is a turn, else a DAG."""
        first, *rest = inside.loop.body.items
        alone = isinstance(first, Invoke) and len(rest) == 1 and isinstance(rest[0], Switch)
        # A skipped step hands over an empty text from 3.7.16 and 4.0.7 on, which `??` would take; a skipped DAG hands over nothing.
        if alone and not inside.needs and not any(arm.block.items for arm in rest[0].arms):  # type: ignore[union-attr]  # a Switch
            assert isinstance(first, Invoke), "looked at"
            self.needs(first.step, NEXT, AT)
            return self.step(first.step)
        return self.block(inside.loop.body, f"{inside.loop.first}-turn", yields=True)


def _in_a_row(name: str, names: Sequence[str], at: str, *, yields: bool) -> DagTemplate:
    tasks = tuple(Task(name=each, template=each, at=at, depends=names[place - 1] if place else "") for place, each in enumerate(names))
    outputs = tuple((output, handed_over(output, (), names[-1])) for output in (NEXT, AT)) if yields else ()
    return DagTemplate(name=name, tasks=tasks, outputs=outputs)


def _loop_dag(inside: _LoopInside, copies: int) -> DagTemplate:
    """The turns of one level, one behind the other, and the call of the next level."""
    assert inside.turn is not None, "every loop that was called has a turn"
    turn, first = inside.turn, inside.loop.first
    tasks: list[Task] = []
    for number in range(1, copies + 2):
        name = "again" if number > copies else "turn" if copies == 1 else f"turn-{number}"
        before = tasks[-1].name if tasks else None
        tasks.append(
            Task(
                name=name,
                template=inside.name if number > copies else turn.template,
                at=INPUT_AT if before is None else f"{{{{tasks.{before}.outputs.parameters.at}}}}",
                # After a skipped turn the rest is omitted, before its condition is looked at.
                depends="" if before is None else f"{before}.Succeeded",
                when=None if before is None else When(before, first),
            )
        )
    later = [task.name for task in reversed(tasks[1:])]
    outputs = tuple((output, handed_over(output, later, tasks[0].name)) for output in OUTPUTS if output in inside.needs)
    return DagTemplate(name=inside.name, tasks=tuple(tasks), outputs=outputs)


def _levels(dags: Sequence[DagTemplate | _LoopInside], options: ArgoOptions) -> tuple[int, str, list[tuple[_LoopInside, LoopTurns]]]:
    """How deep templates nest, the deepest, and how the levels that are left are shared among the loops on the way there."""
    by_name = {dag.name: dag for dag in dags}
    depth: dict[str, int] = {}
    loops: dict[str, int] = {}
    pending = [MAIN]
    while pending:
        name = pending[-1]
        dag = by_name.get(name)
        callees = list(_callees(dag)) if dag is not None else []
        waiting = [callee for callee in callees if callee not in depth]
        if waiting:
            pending.extend(waiting)
            continue
        pending.pop()
        depth[name] = 1 + max((depth[callee] for callee in callees), default=0)
        loops[name] = isinstance(dag, _LoopInside) + max((loops[callee] for callee in callees), default=0)
    levels, nested = depth[MAIN], loops[MAIN]
    left = (options.max_levels - levels) // nested if nested else 0
    each = 1 + max(left, 0)
    copies = -(-options.loop_turns // each)
    found = [(dag, LoopTurns(first=dag.loop.first, copies=copies, levels=each)) for dag in dags if isinstance(dag, _LoopInside)]
    deepest = MAIN
    while deepest in by_name:
        deepest = max(_callees(by_name[deepest]), key=lambda name: depth[name])
    return levels + nested * max(left, 0), deepest, found


def _callees(dag: DagTemplate | _LoopInside) -> Iterator[str]:
    if isinstance(dag, _LoopInside):
        assert dag.turn is not None, "every loop that was called has a turn"
        yield dag.turn.template
    else:
        yield from (task.template for task in dag.tasks)


def steps_in_loops(tree: RegionTree) -> dict[StepName, list[StepName]]:
    """Return, for the first step of every outermost loop, all steps that its turns run."""
    found: dict[StepName, list[StepName]] = {}
    for block in each_block(tree.body):
        for item in block.items:
            if isinstance(item, Loop) and item.first not in found:
                steps = [inner.step for below in each_block(item.body) for inner in below.items if isinstance(inner, Invoke)]
                found[item.first] = steps
    return found
