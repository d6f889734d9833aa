"""Refusals of branches and joins that do not fit together."""

from dataclasses import dataclass
from typing import Any, assert_never

from flowc.diagnostics import Code, Label, Report, codes
from flowc.ir.graph import Next, NextGang, StepName
from flowc.ir.structure.paths import Path, edge_between, path_through, path_to, show_apart, show_path
from flowc.ir.structure.scopes import Conflict, Scope, Scopes


@dataclass(frozen=True, slots=True)
class _Finding:
    """What to say about a conflict; `other` is the path it clashes with, if there is one."""

    code: Code
    values: dict[str, Any]
    label: str
    other: Path | None
    other_label: str
    help: str


def refuse_scopes(scopes: Scopes, report: Report) -> bool:
    """Report every edge that contradicts the scopes, each clash once; return whether there was any."""
    seen: set[tuple[object, ...]] = set()
    for conflict in scopes.conflicts:
        opener = conflict.scope[0] if conflict.scope else None
        key = (conflict.kind, opener, None if conflict.kind == "never-joined" else conflict.target)
        if key not in seen:
            seen.add(key)
            _report(scopes, conflict, _explain(scopes, conflict), report)
    return bool(scopes.conflicts)


def refuse_gangs(scopes: Scopes, report: Report) -> bool:
    """Report gangs whose body is not one plain step; return whether there was any."""
    found = False
    for opener, join in scopes.join_of.items():
        step = scopes.graph.by_name[opener]
        if not isinstance(step.transition, NextGang):
            continue
        member = scopes.graph.by_name[step.transition.edge.target]
        if isinstance(member.transition, Next) and member.targets == (join,):
            continue
        found = True
        more = next((edge for edge in member.edges if edge.target != join), member.edges[0])
        report(
            codes.GANG_BODY,
            step.transition.edge.span,
            opener=opener,
            labels=[Label(more.span, f'the body goes on from "{member.name}" here')],
            notes=[
                f"expected: {show_path((opener, member.name, join))}",
                f"found: {show_path((opener, member.name, more.target))}",
            ],
            help=f'let "{member.name}" go straight to the join, self.next(self.{join}), and do the rest behind it',
        )
    return found


def _report(scopes: Scopes, conflict: Conflict, finding: _Finding, report: Report) -> None:
    graph = scopes.graph
    labels: list[Label] = []
    path = path_through(scopes, conflict.source, conflict.target)
    notes = [f"the path: {show_path(path)}"]
    if finding.other is not None:
        notes = show_apart(finding.other, path)
        begin = finding.other[-2:]
        there = edge_between(graph, *begin).span if len(begin) > 1 else graph.by_name[begin[0]].span
        labels.append(Label(there, finding.other_label))
    elif graph.by_name[conflict.target].inputs:
        labels.append(Label(graph.by_name[conflict.target].span, "takes inputs"))
    report(
        finding.code,
        edge_between(graph, conflict.source, conflict.target).span,
        label=finding.label,
        labels=labels,
        notes=notes,
        help=finding.help,
        fix=None,
        **finding.values,
    )


def _explain(scopes: Scopes, conflict: Conflict) -> _Finding:
    target = conflict.target
    opener = conflict.scope[0] if conflict.scope else target
    match conflict.kind:
        case "join-without-split":
            return _Finding(
                codes.JOIN_WITHOUT_SPLIT,
                {"join": target},
                "comes here outside any branch",
                _way_to_close(scopes, scopes.opener_of.get(target)),
                "here it closes a branch",
                f'lead to a step without inputs from here, and let only branches of one split end at "{target}"',
            )
        case "join-mixes":
            first = scopes.opener_of[target]
            return _Finding(
                codes.JOIN_MIXES,
                {"join": target, "first": first, "second": opener},
                f'ends a branch of "{opener}"',
                _way_to_close(scopes, first),
                f'ends a branch of "{first}"',
                f'give the branches of "{opener}" a join of their own, and lead it on to "{target}"',
            )
        case "two-joins":
            join = scopes.join_of[opener]
            return _Finding(
                codes.TWO_JOINS,
                {"opener": opener, "first": join, "second": target},
                f'this branch ends at "{target}"',
                _way_to_close(scopes, opener),
                f'this branch ends at "{join}"',
                f'end every branch of "{opener}" at one join, and go on from there',
            )
        case "empty-branch":
            return _Finding(
                codes.EMPTY_BRANCH,
                {"opener": opener, "join": target},
                "leads from the split straight into a join",
                _way_to_close(scopes, opener),
                "another branch ends here",
                f'put a step between "{opener}" and "{target}"',
            )
        case "never-joined":
            return _Finding(
                codes.NEVER_JOINED,
                {"opener": opener, "end": target},
                f'still inside a branch of "{opener}"',
                _way_to_close(scopes, opener),
                "another branch is joined here",
                f'end every branch of "{opener}" at one step that takes inputs, and lead that to "{target}"',
            )
        case "branches-meet":
            return _Finding(
                codes.BRANCHES_MEET,
                {"step": target},
                "one branch comes here",
                path_to(scopes, target),
                "another branch comes here",
                f'let "{target}" take inputs, def {target}(self, inputs), or give each branch steps of its own',
            )
        case "crosses-scope":
            return _Finding(
                codes.CROSSES_SCOPE,
                {"step": target, "opener": _crossed(scopes, conflict.scope, scopes.scope_of[target])},
                "this edge goes from one to the other",
                path_to(scopes, target),
                "the other way to it",
                "a branch can only be left through its join: decide before the split, or behind the join",
            )
        case other:
            assert_never(other)


def _way_to_close(scopes: Scopes, opener: StepName | None) -> Path | None:
    """A path through `opener` into the join that closes it; None while nothing closes it."""
    join = scopes.join_of.get(opener) if opener is not None else None
    if join is None:
        return None
    return path_through(scopes, next(name for name in scopes.scope_of if scopes.closing(name) == join), join)


def _crossed(scopes: Scopes, one: Scope, two: Scope) -> StepName:
    """The opener of the outermost scope that the deeper of two nested scopes has inside the other."""
    outer, inner = sorted((one, two), key=scopes.depth.__getitem__)
    while inner is not None and scopes.scope_of[inner[0]] != outer:
        inner = scopes.scope_of[inner[0]]
    assert inner is not None, "nested scopes differ"
    return inner[0]
