"""What the client raises."""

from collections.abc import Iterable

from flowc.diagnostics.near_miss import listed, near_miss
from flowc.errors import FlowcError


class NotFound(FlowcError):  # noqa: N818 - Metaflow's habit: the name says what happened
    """The store holds no such flow, run, step, task or artifact. The message names what it does hold."""


class ArtifactError(FlowcError):
    """An artifact is there and cannot be loaded here."""


def not_found(kind: str, name: str, where: str, known: Iterable[str]) -> NotFound:
    """Return the error for a `kind` called `name` that is not in `where`; `known` are the names that are."""
    names = list(known)
    near = near_miss(name, names)
    choices = f"it has: {listed(names)}" if names else f"it has no {kind} at all"
    return NotFound(f"no {kind} {name!r} in {where}", help=f"did you mean {near!r}? {choices}" if near else choices)
