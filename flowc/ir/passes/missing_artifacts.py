"""Why an artifact is missing where it is read, and how that is said: both places, and the way between."""

from collections.abc import Iterator

from flowc.diagnostics import Label, Report, Severity, codes
from flowc.diagnostics.near_miss import did_you_mean
from flowc.ir.artifact_flow import ArtifactFlow, Fault
from flowc.ir.graph import NextForeach, NextGang, StepName
from flowc.source import Span

_SHOWN = 7
Cause = tuple[str, StepName | None]
"""A kind, "unassigned", "before", "turn" (of a loop, the first), "join", "fork" or "deleted", and the step where it happens."""


def cause_of(flow: ArtifactFlow, fault: Fault) -> Cause:
    """Return why the artifact is missing."""
    if not fault.absent:
        met, without = _fork(flow, fault)
        return "turn" if without is None else "fork", met
    bit = flow.bits[fault.name]
    deletes = flow.deleters.get(fault.name, {})
    here: StepName | None = fault.step
    if fault.step in deletes and not flow.before[fault.step].absent & bit:
        return "deleted", fault.step
    while here is not None:
        if here in flow.branches:
            if any(not branch.state.absent & bit for branch in flow.branches[here]):
                return "join", here
            here = flow.tree.places[here].opener
        else:
            here = next(iter(flow.preds[here]), None)
        if here in deletes:
            return "deleted", here
    if fault.name not in flow.writers:
        return "unassigned", None
    lost = _lost_inside(flow, fault, bit)
    return ("before", None) if lost is None else ("join", lost)


def _lost_inside(flow: ArtifactFlow, fault: Fault, bit: int) -> StepName | None:
    """Return a join before the fault, deeper inside branches, where the artifact is left behind."""
    places = flow.tree.places
    for writer, _ in flow.writers[fault.name]:
        scope = places[writer].scope
        while scope is not None:
            join = places[scope[0]].join
            if join is not None and flow.position[join] < flow.position[fault.step] and _loses(flow, join, bit):
                return join
            scope = places[scope[0]].scope
    return None


def _loses(flow: ArtifactFlow, join: StepName, bit: int) -> bool:
    return bool(flow.after[join].absent & bit) and any(not branch.state.absent & bit for branch in flow.branches[join])


def report_missing(flow: ArtifactFlow, fault: Fault, kind: str, place: StepName | None, report: Report) -> None:
    """Report a fault whose cause is known."""
    labels = [] if fault.via is None else [Label(fault.via, f'step "{fault.step}" calls it here')]
    level = None if fault.sure else Severity.WARNING
    name, step = fault.name, fault.step
    if kind == "unassigned":
        help = did_you_mean(name, flow.alike(name)) or f"assign self.{name} in this step or before it"
        if fault.control is None:
            report(codes.UNASSIGNED_ARTIFACT, fault.span, name=name, labels=labels, help=help, level=level)
        else:
            code = codes.UNASSIGNED_FOREACH if fault.control == "foreach" else codes.UNASSIGNED_CONDITION
            report(code, fault.span, name=name, labels=labels, help=help, level=level)
    elif kind in ("before", "turn"):
        labels += _written(flow, name)
        help = f"assign self.{name} in a step on the way here"
        notes = [f"the way here is {_shown(_way(flow, step))}"]
        if kind == "turn":
            help = f"assign self.{name} before the loop"
            notes = [f'the first turn of the loop of "{place}" comes before any that assigns it']
        elif any(writer == step for writer, _ in flow.writers[name]):
            help = f"give self.{name} its first value before it is read"
        report(codes.READ_BEFORE_ASSIGNMENT, fault.span, name=name, step=step, labels=labels, notes=notes, help=help, level=level)
    elif kind == "deleted":
        assert place is not None, "a deletion has a place"
        deleted = flow.deleters[name][place]
        labels += [Label(deleted, "deleted here")] if deleted != fault.span else []
        help = "delete it behind its last use, or assign it again"
        report(codes.READ_AFTER_DELETE, fault.span, name=name, step=step, labels=labels, help=help, level=level)
    elif kind == "join":
        assert place is not None, "a join has a place"
        _report_lost(flow, fault, place, labels, level, report)
    else:
        _report_fork(flow, fault, labels, report)


def _report_lost(flow: ArtifactFlow, fault: Fault, join: StepName, labels: list[Label], level: Severity | None, report: Report) -> None:
    name = fault.name
    opener = flow.tree.places[join].opener
    assert opener is not None, "a join has an opener"
    having = [branch for branch in flow.branches[join] if not branch.state.absent & flow.bits[name]]
    inherited = not flow.after[opener].absent & flow.bits[name]
    several = isinstance(flow.graph.by_name[opener].transition, NextForeach | NextGang)
    labels = [*labels, *_written(flow, name), Label(flow.graph.by_name[join].span, "the join, which starts without artifacts")]
    if inherited:
        code, help = codes.LOST_AT_JOIN, f"take it over in the join: self.merge_artifacts(inputs), or self.{name} = inputs[0].{name}"
    elif several:
        code = codes.LOST_AFTER_FOREACH
        help = f"collect it in the join: self.{name} = [each.{name} for each in inputs]"
    else:
        code = codes.LOST_AT_JOIN
        help = f"take it over in the join: self.merge_artifacts(inputs), or self.{name} = inputs.{having[0].last[0]}.{name}"
    notes = [f"the way from there is {_shown(_way(flow, fault.step, join))}"] if join != fault.step else []
    report(code, fault.span, name=name, join=join, step=fault.step, labels=labels, notes=notes, help=help, level=level)


def _report_fork(flow: ArtifactFlow, fault: Fault, labels: list[Label], report: Report) -> None:
    name = fault.name
    met, without = _fork(flow, fault)
    assert without is not None, "a fork has a way without the artifact"
    way = [*_way(flow, without), *([met] if met != without else []), *([fault.step] if fault.step != met else [])]
    notes = [f"nothing assigns it on the way {_shown(way)}"]
    chosen = _choice(flow, without, met)
    help = f"assign self.{name} on every way to this step"
    if chosen is not None:
        labels = [*labels, Label(_span_of(flow, *chosen), "on this way nothing assigns it")]
        help = f'assign self.{name} on every way, or before the switch in step "{chosen[0]}"'
    deleted = [Label(span, f'step "{step}" deletes it here') for step, span in list(flow.deleters.get(name, {}).items())[:1]]
    labels = [*labels, *deleted, *_written(flow, name)]
    report(codes.NOT_ON_EVERY_WAY, fault.span, name=name, step=fault.step, labels=labels, notes=notes, help=help)


def _fork(flow: ArtifactFlow, fault: Fault) -> tuple[StepName, StepName | None]:
    """Return the step where ways with and without the artifact meet, and the last one of a way without; None for a loop's first turn."""
    bit = flow.bits[fault.name]
    here = fault.step
    while True:
        forked = None
        for pred in flow.preds[here]:
            state = flow.after[pred]
            if state.absent & bit:
                turns = here in flow.tree.loops and all(flow.after[other].absent & bit for other in flow.preds[here])
                return here, None if turns else pred
            if state.forked & bit and not flow.chooses(pred):
                forked = pred
        above = flow.tree.places[here].dom
        if forked is None and here == flow.graph.start:
            return here, None
        following = forked or above
        assert following is not None, "a fork has a step where it begins"
        here = following


def _choice(flow: ArtifactFlow, step: StepName, target: StepName) -> tuple[StepName, StepName] | None:
    """Return the nearest switch on the way to `step` and then `target`, and the target chosen."""
    here: StepName | None = step
    while here is not None:
        if flow.chooses(here):
            return here, target
        target, here = here, next(iter(flow.preds[here]), None)
    return None


def _span_of(flow: ArtifactFlow, step: StepName, target: StepName) -> Span:
    return next(edge.span for edge in flow.graph.by_name[step].edges if edge.target == target)


def _written(flow: ArtifactFlow, name: str) -> list[Label]:
    return [Label(span, f'step "{step}" assigns it here') for step, span in flow.writers.get(name, [])[:2]]


def _way(flow: ArtifactFlow, step: StepName, start: StepName | None = None) -> list[StepName]:
    """Return one way to `step`, from the start or from `start`."""
    return list(_back(flow, step, start))[::-1]


def _back(flow: ArtifactFlow, step: StepName, start: StepName | None) -> Iterator[StepName]:
    here: StepName | None = step
    while here is not None:
        yield here
        here = None if here == start else next(iter(flow.preds[here]), None)


def _shown(way: list[StepName]) -> str:
    names = [str(name) for name in way]
    if len(names) > _SHOWN:
        names = [*names[:3], "…", *names[-3:]]
    return " > ".join(names)
