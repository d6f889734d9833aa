"""Where states stand: the states of the top, of each branch of a Parallel, and of the body of each Map are machines of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flowc.ir.graph import NextForeach, NextGang, NextSplit, StepName
from flowc.ir.regions import RegionTree
from flowc.runtime_shim.contract import Plan

Scope = tuple[StepName, StepName] | None
"""The opener and the first step of a branch, item or gang; None for the top of the flow."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The steps of every scope in source order, scopes in an order in which each stands behind those inside it.

    executions: for every step the foreach in whose children it runs, None for the execution of the flow itself.
    """

    tree: RegionTree
    scopes: Mapping[Scope, tuple[StepName, ...]]
    executions: Mapping[StepName, StepName | None]

    def is_gang_member(self, name: StepName) -> bool:
        """Whether a step is the body of a gang."""
        scope = self.tree.places[name].scope
        return scope is not None and isinstance(self.tree.graph.by_name[scope[0]].transition, NextGang)

    def loops_around(self, name: StepName) -> tuple[StepName, ...]:
        """Return the loops whose turns this step is part of, within its execution; the innermost last."""
        found: tuple[StepName, ...] = ()
        while True:
            place = self.tree.places[name]
            found = (*place.loops, *found)
            if place.scope is None or isinstance(self.tree.graph.by_name[place.scope[0]].transition, NextForeach):
                return found
            name = place.scope[0]

    def goes_round(self, name: StepName) -> tuple[StepName, ...]:
        """Return the loops that a step may start another turn of."""
        return tuple(target for target in self.tree.graph.by_name[name].targets if target in self.tree.places[name].loops)


def lay_out(tree: RegionTree) -> Layout:
    """Return the layout of a structured flow."""
    scopes: dict[Scope, list[StepName]] = {None: []}
    for step in tree.graph.steps:
        if isinstance(step.transition, NextSplit | NextForeach | NextGang):
            scopes.update({(step.name, target): [] for target in step.targets})
    executions: dict[StepName, StepName | None] = {}
    depths: dict[Scope, int] = {None: 0}
    for step in tree.graph.steps:
        scopes[tree.places[step.name].scope].append(step.name)
        chain = [step.name]
        while chain[-1] not in executions and (scope := tree.places[chain[-1]].scope) is not None:
            chain.append(scope[0])
        for name in reversed(chain):
            _enter(tree, name, executions, depths)
    order = sorted(scopes, key=lambda scope: -depths[scope])
    return Layout(tree, {scope: tuple(scopes[scope]) for scope in order}, executions)


def _enter(tree: RegionTree, name: StepName, executions: dict[StepName, StepName | None], depths: dict[Scope, int]) -> None:
    scope = tree.places[name].scope
    if scope is None:
        executions[name] = None
        return
    opener = scope[0]
    depths[scope] = depths[tree.places[opener].scope] + 1
    executions[name] = opener if isinstance(tree.graph.by_name[opener].transition, NextForeach) else executions[opener]


def is_plain_body(plan: Plan, foreach: str) -> bool:
    """Whether the body of a foreach is plain steps in a row, so that one job can run several items of each."""
    (first,) = plan["steps"][foreach]["next"]
    return all(
        step["kind"] == "linear" and not step["loops"] and not step["inputs"]
        for step in plan["steps"].values()
        if step["scope"] == [foreach, first]
    )


def foreach_above(layout: Layout, name: StepName) -> StepName | None:
    """Return the foreach whose children hold the foreach `name`, None where it is in the flow's own execution."""
    return layout.executions[name]


def foreaches(layout: Layout) -> Sequence[StepName]:
    """Return the steps that open a foreach, in source order."""
    return [step.name for step in layout.tree.graph.steps if isinstance(step.transition, NextForeach)]
