"""`merge_artifacts` that fails: branches that leave different values, names that no branch has, two lists at once.

Two literals that differ are an error. Values that are computed apart are a warning, and only where they surely come from the branches.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from flowc.diagnostics import Label, Report, Severity, codes
from flowc.diagnostics.near_miss import did_you_mean
from flowc.ir.artifact_flow import ArtifactFlow, Branch, catch_variable, is_foreign
from flowc.ir.effects import Delete, Escape, Merge, Write
from flowc.ir.graph import NextForeach, NextGang, StepName


@dataclass(slots=True, eq=False)
class _Written:
    """What the steps of one branch assign: those of its own by name, and the names that are not known well enough to judge."""

    own: dict[str, list[tuple[StepName, Write]]] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    unknown: bool = False


def check_merge_conflicts(flow: ArtifactFlow, report: Report) -> None:
    """Report calls of `merge_artifacts` that surely or very likely raise."""
    scopes: dict[tuple[StepName, StepName], list[StepName]] = {}
    for name in flow.order:
        scope = flow.tree.places[name].scope
        if scope is not None:
            scopes.setdefault(scope, []).append(name)
    for join in flow.branches:
        effects = flow.graph.by_name[join].effects
        merges = [effect for effect in effects if isinstance(effect, Merge)]
        if not merges or not merges[0].sure:
            continue
        before = effects[: effects.index(merges[0])]
        own = {effect.name for effect in before if isinstance(effect, Write)}
        if not any(isinstance(effect, Escape) for effect in before):
            _check(flow, join, merges[0], own, scopes, report)


def _check(
    flow: ArtifactFlow,
    join: StepName,
    merge: Merge,
    own: set[str],
    scopes: dict[tuple[StepName, StepName], list[StepName]],
    report: Report,
) -> None:
    if merge.include and merge.exclude:
        report(codes.MERGE_BOTH_LISTS, merge.span, help="keep one of them: what is not included is left out")
        return
    if not merge.whole or merge.include is None or merge.exclude is None:
        return
    branches = flow.branches[join]
    for name in dict.fromkeys(merge.include):
        bit = flow.bits.get(name, 0)
        if bit and name not in own and all(branch.state.absent & bit for branch in branches):
            labels = [Label(span, f'step "{step}" assigns it here') for step, span in flow.writers.get(name, [])[:2]]
            help = did_you_mean(name, flow.alike(name)) or f"assign self.{name} in a branch, or leave it out of the list"
            report(codes.MERGE_OF_NOTHING, merge.span, name=name, labels=labels, help=help)
    opener = flow.tree.places[join].opener
    assert opener is not None, "a join has an opener"
    written = [_written(flow, (opener, branch.first), scopes) for branch in branches]
    if any(one.unknown for one in written):
        return
    names = dict.fromkeys(name for one in written for name in one.own)
    for name in names:
        spared = name in own or name in merge.exclude or (merge.include and name not in merge.include)
        if not spared and name not in flow.graph.fixed and not any(name in one.doubtful for one in written):
            _compare(flow, join, merge, name, branches, written, report)


def _written(flow: ArtifactFlow, scope: tuple[StepName, StepName], scopes: dict[tuple[StepName, StepName], list[StepName]]) -> _Written:
    """Return what a branch assigns. Whatever is assigned twice, perhaps, or in a branch inside it is doubtful."""
    found = _Written()
    sure = flow.sure_from(scope[1])
    pending = [(scope, True)]
    while pending:
        inside, outermost = pending.pop()
        for name in scopes.get(inside, ()):
            step = flow.graph.by_name[name]
            found.unknown = found.unknown or any(map(is_foreign, step.decorators)) or any(isinstance(one, Escape) for one in step.effects)
            variable = catch_variable(step)
            found.doubtful.update([variable[0]] if variable else [])
            plain = outermost and name in sure and step.decorator("catch") is None and not flow.tree.places[name].loops
            _note(name, step.effects, plain, found)
            if flow.tree.places[name].join is not None:
                pending.extend(((name, target), False) for target in step.targets)
    return found


def _note(step: StepName, effects: tuple[object, ...], plain: bool, found: _Written) -> None:
    for effect in effects:
        if isinstance(effect, Delete):
            found.doubtful.add(effect.name)
        elif isinstance(effect, Write):
            if not plain or not effect.sure or effect.name in found.own:
                found.doubtful.add(effect.name)
            found.own.setdefault(effect.name, []).append((step, effect))


def _compare(
    flow: ArtifactFlow, join: StepName, merge: Merge, name: str, branches: tuple[Branch, ...], written: list[_Written], report: Report
) -> None:
    writes = [one.own[name][0] for one in written if name in one.own]
    opener = flow.tree.places[join].opener
    assert opener is not None, "a join has an opener"
    several = isinstance(flow.graph.by_name[opener].transition, NextForeach | NextGang)
    labels = [Label(write.span, f'step "{step}" assigns it here') for step, write in writes[:2]]
    values = [write.written for _, write in writes]
    if any(value is None or not value.text for value in values):
        return
    sure = False
    if several:
        if not values[0] or not values[0].varies:
            return
        notes = ["each item assigns a value of its own"]
    elif len({value.text for value in values if value}) > 1:
        sure = len({value.text for value in values if value and value.literal}) > 1
        notes = []
    elif len(writes) < len(branches) and (first := _assigned_before(flow, opener, name)) is not None:
        labels.append(first)
        notes = ["the other branches leave the value of before"]
    else:
        return
    report(
        codes.CONFLICTING_MERGE,
        merge.span,
        name=name,
        join=join,
        labels=labels,
        notes=notes,
        help=f'assign self.{name} in the join before the call, or leave it out: exclude=["{name}"]',
        level=None if sure else Severity.WARNING,
    )


def _assigned_before(flow: ArtifactFlow, opener: StepName, name: str) -> Label | None:
    """Return where a step that every run comes by surely assigns the artifact, by the nearest one up to the last join."""
    for step in _above(flow, opener):
        for effect in flow.graph.by_name[step].effects:
            if isinstance(effect, Write) and effect.name == name:
                return Label(effect.span, f'step "{step}" assigns it before') if effect.sure else None
        if step in flow.branches:
            return None
    return None


def _above(flow: ArtifactFlow, step: StepName) -> Iterator[StepName]:
    """Yield the step and those before it, so long as there is one way only."""
    here: StepName | None = step
    while here is not None:
        yield here
        preds = flow.preds[here]
        here = preds[0] if len(preds) == 1 and not flow.tree.places[here].loops else None
