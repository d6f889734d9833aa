"""Puts a flow's objects into a cluster by server-side apply: shown first as the server would have them, then done in order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml

from flowc.backends.argo.cluster import Cluster
from flowc.backends.argo.metadata import FLOW_LABEL, MANAGED_BY, NAME_ANNOTATION, namespace_of
from flowc.backends.argo.names import object_name
from flowc.backends.argo.options import read_options, read_site
from flowc.backends.argo.yaml_text import to_yaml
from flowc.backends.deploying import Change, DeployUnit
from flowc.errors import EngineError, UsageError
from flowc.settings import Settings

ORDER: Final = ("ServiceAccount", "Role", "RoleBinding", "WorkflowTemplate", "CronWorkflow", "Sensor")
"""A schedule applied before its template is an error that Argo does not look at again until the schedule changes (seen on 4.0.5)."""

SERVER_SIDE: Final = ("managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink")
"""Metadata that the API server keeps."""


@dataclass(frozen=True, slots=True)
class ObjectChange(Change):
    """`wanted` is the object as compiled, None where it goes."""

    kind: str = ""
    object: str = ""
    wanted: Mapping[str, Any] | None = None


def connect(settings: Settings) -> "ClusterDeployer":
    """Return what deploys to the cluster of the settings; raises UsageError where there is none."""
    return ClusterDeployer(Cluster(read_site(settings), namespace_of(read_options(settings))))


class ClusterDeployer:
    """See `flowc.backends.deploying.Deployer`."""

    keeps_versions = False

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    @property
    def place(self) -> str:
        """The API server and the namespace."""
        return f"{self.cluster.server}/{self.cluster.namespace}"

    def plan(self, unit: DeployUnit) -> tuple[Change, ...]:
        """Ask the server what it would have; refuses objects that flowc did not make for this flow."""
        wanted = sorted(_objects(unit), key=lambda each: ORDER.index(each["kind"]))
        changes = [self._change(unit.flow, each) for each in wanted]
        kept = {(each["kind"], each["metadata"]["name"]) for each in wanted}
        return (*changes, *self._left_over(unit, kept))

    def apply(self, unit: DeployUnit, changes: Sequence[Change]) -> None:
        """Apply what changed, in order; remove what is to go."""
        for change in changes:
            if not change.changes or not isinstance(change, ObjectChange):
                continue
            if change.wanted is None:
                self.cluster.delete(change.kind, change.object)
            else:
                self.cluster.apply(change.wanted, dry_run=False)

    def advice(self, unit: DeployUnit, changes: Sequence[Change]) -> tuple[str, ...]:
        """How a run starts, and what happens to runs that go on."""
        if not any(change.changes for change in changes):
            return ()
        kinds = {change.kind for change in changes if isinstance(change, ObjectChange) and change.wanted is not None}
        starts = []
        if "CronWorkflow" in kinds:
            starts.append("by its schedule")
        if "Sensor" in kinds:
            starts.append("by its events")
        starts.append(f"by `flowc trigger`, or `argo submit --from workflowtemplate/{object_name(unit.flow)} -n {self.cluster.namespace}`")
        return (f"runs start {', '.join(starts)}; runs that have begun keep what they began with",)

    def _change(self, flow: str, wanted: Mapping[str, Any]) -> ObjectChange:
        kind, name = wanted["kind"], wanted["metadata"]["name"]
        before = self.cluster.get(kind, name)
        if before is not None:
            _check_owner(before, flow, f"{kind} {self.cluster.namespace}/{name}")
        after = self.cluster.apply(wanted, dry_run=True)
        shown = None if before is None else _shown(before)
        return ObjectChange(f"{kind} {self.cluster.namespace}/{name}", shown, _shown(after), kind=kind, object=name, wanted=wanted)

    def _left_over(self, unit: DeployUnit, kept: set[tuple[str, str]]) -> Iterator[ObjectChange]:
        """What an earlier version of the flow had: gone with `--prune`, else left and named."""
        for kind in reversed(ORDER):
            for found in self.cluster.list_labelled(kind, {MANAGED_BY: "flowc", FLOW_LABEL: object_name(unit.flow)}):
                name = found["metadata"]["name"]
                if (kind, name) in kept or owner_of(found) != unit.flow:
                    continue
                shown = _shown(found)
                runs = "; its runs, and what Kubernetes keeps of them, go with it" if kind == "CronWorkflow" else ""
                note = f"the flow no longer has it{runs}" if unit.prune else f"the flow no longer has it: --prune removes it{runs}"
                title = f"{kind} {self.cluster.namespace}/{name}"
                yield ObjectChange(title, shown, None if unit.prune else shown, note, kind=kind, object=name)


def owner_of(obj: Mapping[str, Any]) -> str | None:
    """Return the deployed name of the flow that flowc made an object for; None for one that is not flowc's."""
    metadata = obj.get("metadata") or {}
    if (metadata.get("labels") or {}).get(MANAGED_BY) != "flowc":
        return None
    name = (metadata.get("annotations") or {}).get(NAME_ANNOTATION)
    return str(name) if name is not None else None


def _check_owner(obj: Mapping[str, Any], flow: str, title: str) -> None:
    owner = owner_of(obj)
    if owner is None:
        raise EngineError(f"{title} was not made by flowc", help="remove it, or deploy into another namespace (setting argo.namespace)")
    if owner != flow:
        raise EngineError(
            f"{title} belongs to flow {owner}, not to {flow}", help="rename one of the flows, or deploy into another namespace"
        )


def _objects(unit: DeployUnit) -> Iterator[dict[str, Any]]:
    for manifest in unit.manifests:
        if not manifest.path.endswith(".yaml"):
            continue
        for obj in yaml.load_all(manifest.text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if obj and obj.get("kind") in ORDER:
                yield obj
            elif obj and obj.get("kind") != "Kustomization":
                raise UsageError(f"{manifest.path} holds a {obj.get('kind')}, which flowc does not deploy")


def _shown(obj: Mapping[str, Any]) -> str:
    """The object as text, without what the server keeps."""
    metadata = {key: value for key, value in obj["metadata"].items() if key not in SERVER_SIDE}
    return to_yaml([{**{key: value for key, value in obj.items() if key != "status"}, "metadata": metadata}])
