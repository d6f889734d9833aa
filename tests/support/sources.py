"""Flow source from a region tree: a flow that runs, and says in its artifact `trace` which tasks led to where it stands."""

from pathlib import Path

from support.traces import ways_out

from flowc.ir.graph import Next, NextForeach, NextGang, NextSplit, NextSwitch, Step, StepName
from flowc.ir.regions import RegionTree

RULES = (Path(__file__).parent / "flow_rules.py").read_text().partition('"""\n\n')[2]


def tree_to_source(tree: RegionTree, seed: int = 0, *, module: str = "flowc") -> str:
    """Return the source of a flow with the graph of `tree`, steps in the same order.

    Artifacts of every task: `at` (its address, computed by the flow itself), `came` (its own name), `trace` (a list of
    (step, address), ancestors first; behind a join those of all branches). `support.traces.expected_trace` predicts the last one.
    """
    writer = _Writer(tree, seed)
    gangs = any(isinstance(step.transition, NextGang) for step in tree.graph.steps)
    names = "FlowSpec, current, parallel, step" if gangs else "FlowSpec, step"
    loops = "".join(f"    {name!r}: {list(place.loops)!r},\n" for name, place in tree.places.items())
    head = f"{RULES}\n\nSEED = {seed}\nLOOPS = {{\n{loops}}}\n\n\nclass {tree.graph.name}(FlowSpec):\n"
    body = "\n".join(writer.step(step) for step in tree.graph.steps)
    imports, _, rules = head.partition("\n")
    tail = f'\n\nif __name__ == "__main__":\n    {tree.graph.name}()\n'
    return f"{imports}\n\nfrom {module} import {names}\n{rules}{body}{tail}"


class _Writer:
    def __init__(self, tree: RegionTree, seed: int) -> None:
        self.tree = tree
        self.seed = seed
        self.ways_out = ways_out(tree)
        self.steps = tree.graph.by_name
        self.members = {step.transition.edge.target for step in tree.graph.steps if isinstance(step.transition, NextGang)}

    def step(self, step: Step) -> str:
        marks = [name for name, marked in (("start", step.starts), ("end", step.ends)) if marked and step.name != name]
        decorator = f"@step({', '.join(f'{mark}=True' for mark in marks)})" if marks else "@step"
        lines = ["@parallel"] if step.name in self.members else []
        lines += [decorator, f"def {step.name}(self{', inputs' if step.inputs else ''}):"]
        lines += [f"    {line}" for line in (*self.arrive(step), *self.leave(step))]
        return "".join(f"    {line}\n" for line in lines)

    def arrive(self, step: Step) -> list[str]:
        name, place = step.name, self.tree.places[step.name]
        came = [f"self.came = {name!r}"]
        if step.inputs:
            assert place.opener is not None
            each = isinstance(self.steps[place.opener].transition, NextForeach | NextGang)
            return [
                f"self.at = stand_behind(inputs[0].at, inputs[0].came, LOOPS, each={each})",
                *came,
                f"self.trace = [*merged(branch.trace for branch in inputs), ({name!r}, self.at)]",
            ]
        begins = f", {place.scope[0]!r}" if place.scope is not None and place.scope[1] == name else ""
        if begins and place.scope is not None:
            match self.steps[place.scope[0]].transition:
                case NextForeach():
                    begins += ", self.index"
                case NextGang():
                    begins += ", current.parallel.node_index"
        at, came_from, trace = "self.at", "self.came", "self.trace"
        if name == self.tree.graph.start:
            at, came_from, trace = (
                ("getattr(self, 'at', None)", "getattr(self, 'came', None)", "getattr(self, 'trace', [])")
                if place.loops
                else ("None", "None", "[]")
            )
        return [f"self.at = stand({at}, {came_from}, {name!r}, LOOPS{begins})", *came, f"self.trace = [*{trace}, ({name!r}, self.at)]"]

    def leave(self, step: Step) -> list[str]:
        match step.transition:
            case None:
                return []
            case Next(edge=edge):
                return [f"self.next(self.{edge.target})"]
            case NextSplit(edges=edges):
                return [f"self.next({', '.join(f'self.{edge.target}' for edge in edges)})"]
            case NextForeach(edge=edge, over=over):
                return [f"self.{over} = items_of(SEED, {step.name!r}, self.at)", f"self.next(self.{edge.target}, foreach={over!r})"]
            case NextGang(edge=edge, size=size):
                return [f"self.next(self.{edge.target}, num_parallel={size!r})"]
            case NextSwitch(cases=cases, condition=condition):
                keys: dict[StepName, object] = {}
                for case in cases:
                    keys.setdefault(case.edge.target, case.key)
                out = [(loop, self.ways_out[step.name][loop]) for loop in self.tree.places[step.name].loops]
                chosen = f"choose(SEED, {step.name!r}, self.at, {list(step.targets)!r}, {[(str(a), str(b)) for a, b in out]!r})"
                arms = ", ".join(f"{case.key!r}: self.{case.edge.target}" for case in cases)
                return [
                    f"self.{condition} = {dict(keys)!r}[{chosen}]",
                    f"self.next({{{arms}}}, condition={condition!r})",
                ]
