"""`merge_artifacts`: what the branches agree on, by the identity of what is stored. Nothing is loaded."""

from collections.abc import Iterable, Sequence

from flowc.runtime_shim.exceptions import (
    MetaflowException,
    MissingInMergeArtifactsException,
    UnhandledInMergeArtifactsException,
)
from flowc.runtime_shim.flowspec import Bound, Values
from flowc.runtime_shim.typed import Any


def merge_artifacts(flow: Any, bound: Bound, inputs: Iterable[Any], *, exclude: Sequence[str], include: Sequence[str]) -> None:
    """Take over what the branches agree on; see `FlowSpec.merge_artifacts`."""
    if not bound.joins:
        raise MetaflowException(f"merge_artifacts works in a join only, and step {bound.step!r} takes no inputs")
    if exclude and include:
        raise MetaflowException("merge_artifacts takes exclude or include, not both")
    branches: list[Values] = [member.__dict__["_flowc"].values for member in inputs]
    found: dict[str, tuple[Values, Any]] = {}
    conflicts: dict[str, None] = {}
    for branch in branches:
        for name in branch.names():
            if (include and name not in include) or name in exclude or _is_set(flow, bound, name):
                continue
            identity = branch.identity(name)
            if found.setdefault(name, (branch, identity))[1] != identity:
                conflicts[name] = None
    if conflicts:
        names = list(conflicts)
        raise UnhandledInMergeArtifactsException(
            f"step {bound.step!r} cannot merge {', '.join(names)}: the branches have different values. Set "
            f"{', '.join(f'self.{name}' for name in names)} before the call, or exclude what is not needed",
            names,
        )
    missing = [name for name in include if name not in found and not _is_set(flow, bound, name)]
    if missing:
        raise MissingInMergeArtifactsException(f"step {bound.step!r} is to merge {', '.join(missing)}, which no branch has", missing)
    for name, (branch, _) in found.items():
        bound.values.take(name, branch)
        bound.merged.add(name)
        bound.deleted.discard(name)


def _is_set(flow: Any, bound: Bound, name: str) -> bool:
    return name in flow.__dict__ or name in bound.merged or name in bound.read_only
