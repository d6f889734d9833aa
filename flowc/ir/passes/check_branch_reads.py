"""What a join reads of its inputs: branches that there are, artifacts that they have."""

from collections.abc import Iterator

from flowc.diagnostics import Label, Report, Severity, codes
from flowc.diagnostics.near_miss import did_you_mean, listed
from flowc.ir.artifact_flow import ArtifactFlow, Branch
from flowc.ir.effects import BranchRead, MemberRead
from flowc.ir.graph import StepName

_OF_INPUTS = frozenset({"flows", "index", "count"})
"""What `inputs` have besides their branches, here or in Metaflow."""


def check_branch_reads(flow: ArtifactFlow, report: Report) -> None:
    """Report `inputs.x` where no branch begins or ends with step x, and artifacts that the branch read from does not have."""
    for join, branches in flow.branches.items():
        names = dict.fromkeys(name for branch in branches for name in (*branch.last, branch.first))
        unknown: set[str] = set()
        missing: set[tuple[StepName, str]] = set()
        for effect in flow.graph.by_name[join].effects:
            if isinstance(effect, BranchRead):
                if effect.name in names or effect.name in _OF_INPUTS or effect.name.startswith("_") or effect.name in unknown:
                    continue
                unknown.add(effect.name)
                report(
                    codes.UNKNOWN_BRANCH,
                    effect.span,
                    name=effect.name,
                    join=join,
                    labels=_inner(flow, effect.name, branches),
                    help=did_you_mean(effect.name, names) or f"a branch goes by its last step: {listed(names)}",
                    level=None if effect.sure else Severity.WARNING,
                )
            elif isinstance(effect, MemberRead):
                for branch in _without(flow, effect, branches):
                    if (branch.first, effect.name) not in missing:
                        missing.add((branch.first, effect.name))
                        _report_missing(flow, join, branch, effect, report)


def _inner(flow: ArtifactFlow, name: str, branches: tuple[Branch, ...]) -> list[Label]:
    """Return a label for the step of that name, where it stands inside a branch and is not its last."""
    step = flow.graph.by_name.get(StepName(name))
    place = flow.tree.places.get(StepName(name))
    if step is None or place is None or place.scope is None or place.scope[1] not in {branch.first for branch in branches}:
        return []
    return [Label(step.span, "in a branch, but not its last step")]


def _without(flow: ArtifactFlow, effect: MemberRead, branches: tuple[Branch, ...]) -> Iterator[Branch]:
    """Yield the branches that are read from and do not have the artifact; where the read may be left out, only if that is so of all."""
    bit = flow.bits.get(effect.name, 0)
    if effect.name.startswith("_") and effect.name not in flow.writers:
        return
    match effect.selector:
        case None:
            asked = branches
        case int(number) if len(branches) == 1:
            asked = branches
        case int(number):
            asked = (branches[number],) if -len(branches) <= number < len(branches) else ()
        case str(name):
            asked = tuple(branch for branch in branches if name in branch.last) or tuple(b for b in branches if b.first == name)
    absent = [branch for branch in asked if branch.state.absent & bit]
    if effect.sure:
        yield from (branch for branch in asked if (branch.state.absent | branch.state.forked) & bit)
    elif len(absent) == len(asked):
        yield from absent


def _report_missing(flow: ArtifactFlow, join: StepName, branch: Branch, effect: MemberRead, report: Report) -> None:
    last = branch.last[0]
    forked = not branch.state.absent & flow.bits[effect.name]
    labels = [Label(flow.graph.by_name[last].span, "the last step of the branch")]
    labels += [Label(span, f'step "{step}" assigns it here') for step, span in flow.writers.get(effect.name, [])[:2]]
    notes = [f'some way through the branch of "{branch.first}" does not assign it'] if forked else []
    help = f"assign self.{effect.name} in the branch"
    if effect.name not in flow.writers:
        help = did_you_mean(effect.name, flow.alike(effect.name)) or help
    else:
        having = [other for other in flow.branches[join] if not other.state.absent & flow.bits[effect.name]]
        help += f", or read it where it is: inputs.{having[0].last[0]}.{effect.name}" if having else ""
    report(
        codes.MISSING_IN_BRANCH,
        effect.span,
        name=effect.name,
        join=join,
        branch=last,
        labels=labels,
        notes=notes,
        help=help,
        level=None if effect.sure and not forked else Severity.WARNING,
    )
