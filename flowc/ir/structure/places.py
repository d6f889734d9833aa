"""Places: where each step and loop stands, as addresses and the search for parents need it."""

from flowc.ir.graph import StepName
from flowc.ir.regions import LoopPlace, Place
from flowc.ir.structure.levels import Levels, Node
from flowc.ir.structure.loops import Loops
from flowc.ir.structure.scopes import Scopes


def place_steps(scopes: Scopes, loops: Loops, levels: Levels) -> dict[StepName, Place]:
    """Return the place of every step, in source order."""
    places: dict[StepName, Place] = {}
    for step in scopes.graph.steps:
        name = step.name
        scope = scopes.scope_of[name]
        node = levels.levels[scope, loops.inner.get(name)].named[name]
        places[name] = Place(
            scope=scope,
            loops=loops.chain(name),
            order=node.order,
            dom=_name(node.dom),
            meet=_name(node.meet),
            opener=scopes.opener_of.get(name),
            join=scopes.join_of.get(name),
        )
    return places


def place_loops(scopes: Scopes, loops: Loops, levels: Levels) -> dict[StepName, LoopPlace]:
    """Return the place of every loop in the level around it, in source order of their first steps."""
    places: dict[StepName, LoopPlace] = {}
    for first in (step.name for step in scopes.graph.steps if step.name in loops.outer):
        scope, outer = scopes.scope_of[first], loops.outer[first]
        node = levels.levels[scope, outer].named[first]
        places[first] = LoopPlace(
            scope=scope,
            loops=loops.chains[outer],
            order=node.order,
            dom=_name(node.dom),
            meet=_name(node.meet),
            exits=levels.exits[first],
        )
    return places


def _name(node: Node | None) -> StepName | None:
    """The name of a node inside the level; a sink has none."""
    return node.name if node is not None and node.targets else None
