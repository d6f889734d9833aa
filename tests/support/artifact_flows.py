"""Random flows that read, assign, delete and merge artifacts, as source, and what such a flow does on every way through it."""

from dataclasses import dataclass, field
from itertools import product

from hypothesis import strategies as st
from support.notation import parse_graph
from support.random_flows import flow_texts

from flowc.diagnostics import Report
from flowc.ir.graph import FlowGraph, NextForeach, NextGang, NextSplit, NextSwitch, Step
from flowc.ir.regions import RegionTree
from flowc.ir.structure_regions import structure_regions

NAMES = ("x", "y", "z")
Has = frozenset[str]
Place = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Act:
    """One line of a step: read, write, delete, merge, "perhaps read", "perhaps write", "ask", "each" (reads it of every input)."""

    kind: str
    name: str = ""


@dataclass(slots=True)
class ArtifactFlow:
    """A flow in the notation of `support.notation`, and what each step does."""

    text: str
    acts: dict[str, list[Act]] = field(default_factory=dict)

    @property
    def graph(self) -> FlowGraph:
        """The graph without its acts."""
        return parse_graph(self.text)

    def source(self) -> str:
        """Return the flow as a file; which arm a switch takes hangs on the parameter `seed`."""
        lines = ["import zlib", "", "from flowc import FlowSpec, Parameter, parallel, step", "", "", "class Drawn(FlowSpec):"]
        lines += ['    seed = Parameter("seed", default=0)', ""]
        for step in self.graph.steps:
            lines += [f"    {_decorator(step, self.graph)}", f"    def {step.name}(self{', inputs' * step.inputs}):"]
            lines += [f"        {line}" for act in self.acts.get(step.name, []) for line in _lines(act)]
            lines += [f"        {line}" for line in _transition(step)] + [""]
        return "\n".join(lines)


def _decorator(step: Step, graph: FlowGraph) -> str:
    if any(isinstance(other.transition, NextGang) and step.name in other.targets for other in graph.steps):
        return "@parallel\n    @step"
    marks = [f"{word}=True" for word, marked in (("start", step.starts), ("end", step.ends)) if marked]
    return f"@step({', '.join(marks)})" if marks else "@step"


def _lines(act: Act) -> list[str]:
    match act.kind:
        case "read":
            return [f"print(self.{act.name})"]
        case "write":
            return [f"self.{act.name} = 1"]
        case "delete":
            return [f"del self.{act.name}"]
        case "merge":
            return ['self.merge_artifacts(inputs, exclude=["kind"])']
        case "perhaps read":
            return ["if self.seed < 0:", f"    print(self.{act.name})"]
        case "perhaps write":
            return ["if self.seed >= 0:", f"    self.{act.name} = 1"]
        case "ask":
            return [f'print(getattr(self, "{act.name}", None))']
    return [f"print([each.{act.name} for each in inputs])"]


def _transition(step: Step) -> list[str]:
    match step.transition:
        case None:
            return ["pass"]
        case NextForeach(edge=edge):
            return ["self.items = [1, 2]", f'self.next(self.{edge.target}, foreach="items")']
        case NextGang(edge=edge):
            return [f"self.next(self.{edge.target}, num_parallel=2)"]
        case NextSplit(edges=edges):
            return [f"self.next({', '.join(f'self.{edge.target}' for edge in edges)})"]
        case NextSwitch(cases=cases):
            arms = ", ".join(f"{number}: self.{case.edge.target}" for number, case in enumerate(cases))
            chosen = f'self.kind = zlib.crc32(f"{{self.seed}}{step.name}".encode()) % {len(cases)}'
            return [chosen, f'self.next({{{arms}}}, condition="kind")']
        case other:
            return [f"self.next(self.{other.edge.target})"]


@st.composite
def artifact_flows(draw: st.DrawFn, budget: int = 5) -> ArtifactFlow:
    """Draw a flow with acts. Its steps assign `items` and `kind` where their transition needs them."""
    flow = ArtifactFlow(draw(flow_texts(budget)))
    plain = ["read", "write", "write", "delete", "perhaps read", "perhaps write", "ask"]
    for step in flow.graph.steps:
        kinds = [*plain, "merge", "merge", "each"] if step.inputs else plain
        acts = [Act(draw(st.sampled_from(kinds)), draw(st.sampled_from(NAMES))) for _ in range(draw(st.integers(0, 3)))]
        flow.acts[step.name] = acts
    return flow


@dataclass(slots=True)
class Ways:
    """Where reads find something missing; what was missing once counts as there from then on.

    missing: (step, name) of reads; True where every way that gets there misses it, False where some does.
    branches: what each branch (its first step) may leave to a join.
    """

    missing: dict[tuple[str, str], bool] = field(default_factory=dict)
    branches: dict[tuple[str, str], set[Has]] = field(default_factory=dict)


def ways_of(flow: ArtifactFlow) -> Ways:
    """Return what every way finds, by trying them all; what branches leave is combined in every way."""
    graph = flow.graph
    tree = structure_regions(graph, Report())
    assert tree is not None
    left: dict[tuple[str, str], set[Has]] = {}
    ways = Ways()
    reads: dict[Place, set[bool]] = {}
    changed = True
    while changed:
        changed = False
        for step in graph.steps:
            entering = _entering(tree, step, left, ways)
            leaving = {_run(flow, step, set(state), inputs, reads) for state, inputs in entering}
            for target in step.targets:
                if not leaving <= left.setdefault((step.name, target), set()):
                    left[step.name, target] |= leaving
                    changed = True
    for (name, artifact, _), found in reads.items():
        if False in found:
            ways.missing[name, artifact] = ways.missing.get((name, artifact), False) or found == {False}
    return ways


def _entering(tree: RegionTree, step: Step, left: dict[tuple[str, str], set[Has]], ways: Ways) -> list[tuple[Has, tuple[Has, ...]]]:
    graph = tree.graph
    preds = [other.name for other in graph.steps if step.name in other.targets]
    if not step.inputs:
        states = {state for pred in preds for state in left.get((pred, step.name), ())}
        return [(state, ()) for state in (states | {frozenset()} if step.name == graph.start else states)]
    branches: dict[str, set[Has]] = {}
    for pred in preds:
        scope = tree.places[pred].scope
        assert scope is not None
        branches.setdefault(scope[1], set()).update(left.get((pred, step.name), ()))
    ways.branches.update({(step.name, first): states for first, states in branches.items()})
    return [(frozenset(), inputs) for inputs in product(*branches.values())]


def _run(flow: ArtifactFlow, step: Step, state: set[str], inputs: tuple[Has, ...], reads: dict[Place, set[bool]]) -> Has:
    """Return what the step leaves. A doubtful write counts, and what was asked for is not judged any more."""
    asked = set()
    for number, act in enumerate(flow.acts.get(step.name, [])):
        match act.kind:
            case "ask":
                asked.add(act.name)
            case "read" | "delete" if act.name not in asked:
                reads.setdefault((step.name, act.name, number), set()).add(act.name in state)
                state.add(act.name)
                if act.kind == "delete":
                    state.discard(act.name)
            case "write" | "perhaps write":
                state.add(act.name)
            case "merge":
                for branch in inputs:
                    state |= branch
    return frozenset(state)
