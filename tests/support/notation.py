"""Flow graphs in one line: `a>b` plain, `a>b|c` switch, `a>b,c` split, `a>*b` foreach, `a>%b` gang, `j!` takes inputs.

The first step named is the start; a step that stands on no left side has no transition and is the end, whatever it is called.
"""

from flowc.ir.graph import (
    ArtifactName,
    Case,
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
from flowc.source import Span


def parse_graph(text: str, name: str = "TestFlow") -> FlowGraph:
    """Return the graph that `text` spells; step n stands on line n, its edges behind it."""
    ways: dict[str, str] = {}
    inputs: set[str] = set()
    for word in text.split():
        left, _, right = word.partition(">")
        step = left.removesuffix("!")
        if left.endswith("!"):
            inputs.add(step)
        ways[step] = right
    targets = [target.lstrip("*%") for right in ways.values() for target in right.replace(",", "|").split("|") if target]
    names = list(dict.fromkeys([*ways, *targets]))
    steps = tuple(_step(place + 1, step, ways.get(step, ""), step in inputs, first=place == 0) for place, step in enumerate(names))
    return FlowGraph(name=name, file="flow.py", project_path="flow.py", steps=steps, span=Span("flow.py", 1, 1, 1, 1))


def _step(line: int, name: str, right: str, inputs: bool, *, first: bool) -> Step:
    span = Span("flow.py", line, 1, line, 1 + len(name))
    return Step(
        name=StepName(name),
        inputs=inputs,
        transition=_transition(line, right) if right else None,
        starts=first,
        ends=not right,
        span=span,
        body_span=span,
    )


def _transition(line: int, right: str) -> Transition:
    span = Span("flow.py", line, 100, line, 100 + len(right))
    names = right.lstrip("*%").replace(",", "|").split("|")
    edges = tuple(Edge(StepName(name), Span("flow.py", line, 100 + place, line, 101 + place)) for place, name in enumerate(names))
    if right.startswith("*"):
        return NextForeach(edge=edges[0], over=ArtifactName("items"), over_span=span, span=span)
    if right.startswith("%"):
        return NextGang(edge=edges[0], size=2, size_span=span, span=span)
    if "," in right:
        return NextSplit(edges=edges, span=span)
    if "|" in right:
        keys = [target if target not in names[:place] else f"{target} {place}" for place, target in enumerate(names)]
        cases = tuple(Case(key, edge, edge.span) for key, edge in zip(keys, edges, strict=True))
        return NextSwitch(cases=cases, condition=ArtifactName("kind"), condition_span=span, span=span)
    return Next(edge=edges[0], span=span)
