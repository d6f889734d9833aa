"""What a target's file means, and how two of them differ: changes that a reviewer asks about, each with its risk.

A backend's module `meaning` reads its file into `FlowFacts` without running it; comparing is the same for every target.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Risk(StrEnum):
    """What a change may do to runs in flight, or to those that come."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFacts:
    """One step. `retries` is a whole number as text, `timeout` seconds; None where the file says none.

    env: literal values by name, what flowc itself sets left out. pod: leaves of the pod by path, such as `resources.requests.memory`.
    grants: what lets it reach more: secrets, accounts, privileges.
    """

    retries: int = 0
    timeout: float | None = None
    image: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    pod: Mapping[str, str] = field(default_factory=dict)
    grants: frozenset[str] = frozenset()
    other: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowFacts:
    """One flow. `settings` is what belongs to the flow as a whole, by name, as text.

    edges: pairs of names, of steps and of what a target puts between them.
    """

    code: str | None
    schedule: str | None
    root: str | None
    parameters: Mapping[str, str]
    settings: Mapping[str, str]
    steps: Mapping[str, StepFacts]
    edges: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference. `kind` is one word with dashes, `subject` the step or setting, `why` what to look out for."""

    kind: str
    subject: str
    risk: Risk
    before: str | None = None
    after: str | None = None
    why: str | None = None


RETRY_DELAY: Final = "retry_delay"
"""An entry of `StepFacts.other` that says nothing where there are no retries."""
_ORDER: Final = {risk: number for number, risk in enumerate(Risk)}


def compare(before: FlowFacts, after: FlowFacts) -> tuple[Change, ...]:
    """Return how `after` differs from `before`, the gravest first, then in the order of the flow."""
    return tuple(sorted(_changes(before, after), key=lambda change: _ORDER[change.risk]))


def _changes(before: FlowFacts, after: FlowFacts) -> Iterator[Change]:
    if before.root != after.root:
        why = "runs in flight do not find what they have saved"
        yield Change(kind="store-changed", subject="flow", risk=Risk.HIGH, before=before.root, after=after.root, why=why)
    for name in before.steps:
        if name not in after.steps:
            why = "runs in flight that have not done it yet go on without it, or fail"
            yield Change(kind="step-removed", subject=name, risk=Risk.HIGH, why=why)
    for name in after.steps:
        if name not in before.steps:
            why = "runs in flight meet it with what older code has saved"
            yield Change(kind="step-added", subject=name, risk=Risk.MEDIUM, why=why)
    yield from _order(before, after)
    if before.schedule != after.schedule:
        said = "the flow no longer starts by itself" if after.schedule is None else None
        kind = "schedule-removed" if after.schedule is None else "schedule-added" if before.schedule is None else "schedule-changed"
        yield Change(kind=kind, subject="flow", risk=Risk.MEDIUM, before=before.schedule, after=after.schedule, why=said)
    yield from _parameters(before.parameters, after.parameters)
    for key, old, new in differing(before.settings, after.settings):
        yield Change(kind="setting-changed", subject=key, risk=Risk.MEDIUM, before=old, after=new)
    for name, step in after.steps.items():
        if name in before.steps:
            yield from _step(name, before.steps[name], step)
    if before.code != after.code:
        yield Change(kind="code-changed", subject="flow", risk=Risk.LOW, before=before.code, after=after.code)


def _order(before: FlowFacts, after: FlowFacts) -> Iterator[Change]:
    kept = before.steps.keys() & after.steps.keys()
    old, new = _edges_between(kept, before.edges), _edges_between(kept, after.edges)
    gone, come = ([f"{first} -> {second}" for first, second in sorted(edges)] for edges in (old - new, new - old))
    if gone or come:
        yield Change(kind="order-changed", subject="flow", risk=Risk.MEDIUM, before=", ".join(gone) or None, after=", ".join(come) or None)


def _edges_between(kept: Set[str], edges: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """The edges between steps of `kept`, everything else passed over: a step that came or went is said on its own."""
    following: dict[str, list[str]] = {}
    for first, second in edges:
        following.setdefault(first, []).append(second)
    found = set()
    for name in kept:
        waiting, seen = list(following.get(name, ())), set(following.get(name, ()))
        while waiting:
            target = waiting.pop()
            if target in kept:
                found.add((name, target))
                continue
            further = [each for each in following.get(target, ()) if each not in seen]
            seen.update(further)
            waiting.extend(further)
    return found


def _parameters(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    for name, old, new in differing(before, after):
        if new is None:
            why = "whoever starts the flow with it is refused, or not heard"
            yield Change(kind="parameter-removed", subject=name, risk=Risk.MEDIUM, before=old, why=why)
        else:
            kind = "parameter-added" if old is None else "parameter-changed"
            yield Change(kind=kind, subject=name, risk=Risk.LOW, before=old, after=new)


def _step(name: str, before: StepFacts, after: StepFacts) -> Iterator[Change]:
    if before.retries != after.retries:
        fewer = after.retries < before.retries
        kind = "retry-removed" if not after.retries else "retries-lowered" if fewer else "retries-raised"
        risk = Risk.MEDIUM if fewer else Risk.LOW
        yield Change(kind=kind, subject=name, risk=risk, before=str(before.retries), after=str(after.retries))
    if before.timeout != after.timeout:
        yield _timeout(name, before.timeout, after.timeout)
    if before.image != after.image:
        unpinned = after.image is not None and not is_pinned(after.image) and (before.image is None or is_pinned(before.image))
        why = "what runs may change without a change here" if unpinned else None
        kind, risk = ("image-unpinned", Risk.HIGH) if unpinned else ("image-changed", Risk.MEDIUM)
        yield Change(kind=kind, subject=name, risk=risk, before=before.image, after=after.image, why=why)
    for grant in sorted(after.grants - before.grants):
        yield Change(kind="permission-widened", subject=name, risk=Risk.HIGH, after=grant, why="the step can reach more than before")
    for grant in sorted(before.grants - after.grants):
        yield Change(kind="permission-removed", subject=name, risk=Risk.MEDIUM, before=grant)
    for key, old, new in differing(before.env, after.env):
        kind = "env-removed" if new is None else "env-added" if old is None else "env-changed"
        yield Change(kind=kind, subject=f"{name}: {key}", risk=Risk.LOW if old is None else Risk.MEDIUM, before=old, after=new)
    for key, old, new in differing(before.pod, after.pod):
        yield _pod(f"{name}: {key}", key, old, new)
    for key, old, new in differing(before.other, after.other):
        if key == RETRY_DELAY and not (before.retries and after.retries):
            continue
        yield Change(kind="task-changed", subject=f"{name}: {key}", risk=Risk.MEDIUM, before=old, after=new)


def _timeout(name: str, before: float | None, after: float | None) -> Change:
    shorter = after is not None and (before is None or after < before)
    kind = "timeout-removed" if after is None else "timeout-added" if before is None else "timeout-lowered" if shorter else "timeout-raised"
    risk = Risk.LOW if kind == "timeout-raised" else Risk.MEDIUM
    said = [f"{seconds:g} s" if seconds is not None else None for seconds in (before, after)]
    return Change(kind=kind, subject=name, risk=risk, before=said[0], after=said[1])


def _pod(subject: str, key: str, before: str | None, after: str | None) -> Change:
    if not key.startswith("resources."):
        return Change(kind="pod-changed", subject=subject, risk=Risk.MEDIUM, before=before, after=after)
    old, new = quantity(before), quantity(after)
    lower = new is None or (old is not None and new < old)
    kind, risk = ("resources-lowered", Risk.MEDIUM) if lower else ("resources-raised", Risk.LOW)
    return Change(kind=kind, subject=subject, risk=risk, before=before, after=after)


def differing(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[tuple[str, str | None, str | None]]:
    """Yield (name, before, after) of every entry that is not the same; None where one lacks it."""
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            yield name, before.get(name), after.get(name)


def is_pinned(image: str) -> bool:
    """Whether an image names a digest, or a tag other than `latest`."""
    name, _, digest = image.partition("@")
    tag = name.rpartition("/")[2].partition(":")[2]
    return bool(digest) or tag not in ("", "latest")


_SUFFIXES: Final = {suffix: 1000.0**power for power, suffix in enumerate(["", "k", "M", "G", "T", "P", "E"])}
_SUFFIXES.update({suffix: 1024.0**power for power, suffix in enumerate(["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]) if suffix})
_SUFFIXES["m"] = 0.001


def quantity(text: str | None) -> float | None:
    """Return a quantity of Kubernetes as a number, or None for what is none.

    https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
    """
    found = re.fullmatch(r"([0-9.]+)([A-Za-z]*)", text or "")
    if found is None or found[2] not in _SUFFIXES:
        return None
    try:
        return float(found[1]) * _SUFFIXES[found[2]]
    except ValueError:
        return None


def counted(changes: Sequence[Change]) -> str:
    """Return how many changes there are, and the gravest risk: `3 changes, risk high`."""
    if not changes:
        return "no changes"
    gravest = min(changes, key=lambda change: _ORDER[change.risk]).risk
    return f"{len(changes)} {'change' if len(changes) == 1 else 'changes'}, risk {gravest.value}"
