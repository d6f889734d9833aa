"""Where arms come together: which steps need a gate, and which tasks open it.

A task behind a skipped one is skipped itself, so a step that follows several arms stands behind a gate that asks whether one of its
openers ran. An opener leaves an XCom when it runs: a switch, a foreach step, or the gate of an arm.
"""

from collections.abc import Mapping, Sequence

from flowc.ir.graph import NextForeach, NextSwitch, StepName
from flowc.ir.regions import RegionTree

Before = Mapping[StepName, Sequence[StepName]]
ArmGates = Mapping[tuple[StepName, StepName], str]


def merge_openers(tree: RegionTree, before: Before, arm_gates: ArmGates) -> dict[StepName, tuple[str, ...]]:
    """Return the openers, as task ids, of every step that needs a gate; `before` are the predecessors of each step."""
    found: dict[StepName, tuple[str, ...]] = {}
    for step in tree.graph.steps:
        if step.inputs:
            meeting = _meeting_branch(tree, before[step.name])
            if meeting:
                found[step.name] = (_common_dominator(tree, meeting),)
        elif len(before[step.name]) > 1:
            dominator = tree.places[step.name].dom
            if dominator is not None and tree.places[dominator].meet == step.name:
                found[step.name] = (dominator,)
            else:
                found[step.name] = _ways_in(tree, step.name, before, arm_gates)
    return found


def _meeting_branch(tree: RegionTree, steps: Sequence[StepName]) -> list[StepName]:
    """The steps of the first branch that reaches its join on several ways; empty where each branch has one way."""
    branches: dict[object, list[StepName]] = {}
    for name in steps:
        branches.setdefault(tree.places[name].scope, []).append(name)
    return next((names for names in branches.values() if len(names) > 1), [])


def _common_dominator(tree: RegionTree, steps: Sequence[StepName]) -> StepName:
    """The last step that every way to any of `steps` passes: a switch, and it runs whenever their branch does."""
    chains = [_dominators(tree, name) for name in steps]
    common = set(chains[0]).intersection(*chains[1:])
    return next(name for name in chains[0] if name in common)


def _dominators(tree: RegionTree, step: StepName) -> list[StepName]:
    chain = [step]
    while (above := tree.places[chain[-1]].dom) is not None:
        chain.append(above)
    return chain


def _ways_in(tree: RegionTree, step: StepName, before: Before, arm_gates: ArmGates) -> tuple[str, ...]:
    """The tasks of which one runs exactly when `step` must, although not all arms lead to it."""
    openers: dict[str, None] = {}
    edges = [(name, step) for name in reversed(before[step])]
    seen = set(edges)
    while edges:
        source, target = edges.pop()
        transition = tree.graph.by_name[source].transition
        if isinstance(transition, NextSwitch):
            openers[arm_gates[source, target]] = None
            continue
        place = tree.places[source]
        if place.opener is not None and isinstance(tree.graph.by_name[place.opener].transition, NextForeach):
            openers[place.opener] = None
            continue
        source = place.opener or source
        above = tree.places[source].dom
        if len(before[source]) > 1 and above is not None and tree.places[above].meet == source:
            openers[above] = None
            continue
        further = [edge for name in reversed(before[source]) if (edge := (name, source)) not in seen]
        seen.update(further)
        edges.extend(further)
    return tuple(openers)
