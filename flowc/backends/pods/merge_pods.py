"""One pod that serves several steps, as a loop whose turns one task runs: the largest resources, everything else of all."""

from collections.abc import Sequence
from dataclasses import fields, replace
from decimal import Decimal

from flowc.backends.pods.model import Pairs, Pod, Security

_WORDS = {"pull_policy": "image_pull_policy", "python": "executable", "security": "security_context"}


def merge_pods(pods: Sequence[Pod]) -> tuple[Pod, str | None]:
    """Return the pod that does for every one of `pods`, and the first argument in which they cannot be brought together, or None."""
    merged, clash = pods[0], None
    for pod in pods[1:]:
        changes: dict[str, object] = {}
        for field in fields(Pod):
            one, other = getattr(merged, field.name), getattr(pod, field.name)
            if field.name in ("requests", "limits"):
                changes[field.name] = _largest(one, other)
            elif one != other and one not in (None, (), Security()):
                both = _union(one, other) if isinstance(one, tuple) else one
                together = both is not None and (isinstance(one, tuple) or other in (None, Security()))
                clash = clash or (None if together else _WORDS.get(field.name, field.name))
                changes[field.name] = one if both is None else both
            else:
                changes[field.name] = other
        merged = replace(merged, **changes)  # type: ignore[arg-type]  # fields of Pod
    # A request never exceeds its limit, also where only one step had the limit.
    return replace(merged, limits=_raised(merged.limits, merged.requests)), clash


def _largest(one: Pairs, other: Pairs) -> Pairs:
    found = dict(one)
    for name, value in other:
        found[name] = max(found.get(name, value), value, key=_amount)
    return tuple(found.items())


def _raised(limits: Pairs, requests: Pairs) -> Pairs:
    wanted = dict(requests)
    return tuple((name, max(value, wanted.get(name, value), key=_amount)) for name, value in limits)


def _amount(quantity: str) -> Decimal:
    return Decimal(quantity.removesuffix("M"))


def _union(one: tuple[object, ...], other: tuple[object, ...]) -> tuple[object, ...] | None:
    """Both, each entry once; None where two entries of one name differ."""
    found = dict.fromkeys((*one, *other))
    names = [_name(entry) for entry in found]
    return tuple(found) if len(set(names)) == len(names) else None


def _name(entry: object) -> object:
    """What must be alike only once: the name in a pair, the path of a mount; the entry itself elsewhere."""
    return getattr(entry, "path", entry[0] if isinstance(entry, tuple) else entry)
