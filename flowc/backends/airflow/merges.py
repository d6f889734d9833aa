"""Where arms of switches come together: which nodes need a gate, and which tasks open it.

A task behind a skipped one is skipped itself, so a step that follows several arms stands behind a gate that asks whether one of its
openers ran. An opener leaves an XCom when it runs: a node that decides, a foreach step, or the gate of an arm.
"""

from collections.abc import Sequence

from flowc.backends.airflow.layout import Layout
from flowc.ir.graph import StepName

Opener = tuple[StepName, StepName | None]
"""A node, or the gate of one of its arms where a target is named."""


def merge_openers(layout: Layout) -> dict[StepName, tuple[Opener, ...]]:
    """Return the openers of every node that several ways lead to: what is behind an arm is skipped with it."""
    found: dict[StepName, tuple[Opener, ...]] = {}
    for name, node in layout.nodes.items():
        if layout.opener(name) is not None:
            meeting = meeting_ways(layout, name)
            if meeting:
                found[name] = ((_common_dominator(layout, meeting), None),)
        elif len(node.before) > 1:
            dominator = layout.place(name).dom
            if dominator is not None and layout.place(dominator).meet == name:
                found[name] = ((dominator, None),)
            else:
                found[name] = _ways_in(layout, name)
    return found


def meeting_ways(layout: Layout, join: StepName) -> list[StepName]:
    """The last nodes of the first branch that reaches its join on several ways; empty where each branch has one way."""
    branches: dict[object, list[StepName]] = {}
    for name in layout.nodes[join].before:
        branches.setdefault(layout.place(name).scope, []).append(name)
    return next((names for names in branches.values() if len(names) > 1), [])


def _common_dominator(layout: Layout, names: Sequence[StepName]) -> StepName:
    """The last node that every way to any of `names` passes: it decides, and it runs whenever their branch does."""
    chains = [_dominators(layout, name) for name in names]
    common = set(chains[0]).intersection(*chains[1:])
    return next(name for name in chains[0] if name in common)


def _dominators(layout: Layout, name: StepName) -> list[StepName]:
    chain = [name]
    while (above := layout.place(chain[-1]).dom) is not None:
        chain.append(above)
    return chain


def _ways_in(layout: Layout, merge: StepName) -> tuple[Opener, ...]:
    """The tasks of which one runs exactly when `merge` must, although not all arms lead to it."""
    openers: dict[Opener, None] = {}
    edges = [(name, merge) for name in reversed(layout.nodes[merge].before)]
    seen = set(edges)
    while edges:
        source, target = edges.pop()
        if layout.decides(source):
            openers[source, target] = None
            continue
        opener = layout.opener(source)
        if opener is not None and layout.is_foreach(opener):
            openers[opener, None] = None
            continue
        source = opener or source
        above = layout.place(source).dom
        before = layout.nodes[source].before
        if len(before) > 1 and above is not None and layout.place(above).meet == source:
            openers[above, None] = None
            continue
        further = [edge for name in reversed(before) if (edge := (name, source)) not in seen]
        seen.update(further)
        edges.extend(further)
    return tuple(openers)
