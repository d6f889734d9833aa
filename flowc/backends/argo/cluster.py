"""The Kubernetes that the settings name, through lightkube: a few calls on the kinds that flowc writes, with errors that say what to do.

lightkube speaks HTTPS to the API server; extra `flowc[argo]`.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from flowc.backends.argo.apply_transport import apply_transport
from flowc.backends.argo.options import ArgoSite
from flowc.errors import EngineError, UsageError

if TYPE_CHECKING:
    import httpx2

KINDS: Final = {
    "ServiceAccount": ("", "v1", "serviceaccounts"),
    "Role": ("rbac.authorization.k8s.io", "v1", "roles"),
    "RoleBinding": ("rbac.authorization.k8s.io", "v1", "rolebindings"),
    "WorkflowTemplate": ("argoproj.io", "v1alpha1", "workflowtemplates"),
    "CronWorkflow": ("argoproj.io", "v1alpha1", "cronworkflows"),
    "Sensor": ("argoproj.io", "v1alpha1", "sensors"),
    "Workflow": ("argoproj.io", "v1alpha1", "workflows"),
}
"""API group, version and plural of each kind that flowc writes or reads."""
MANAGER: Final = "flowc"
"""The field manager of server-side apply: https://kubernetes.io/docs/reference/using-api/server-side-apply/"""


class Cluster:
    """One namespace of one cluster. Methods raise EngineError where the API server refuses or cannot be reached."""

    def __init__(self, site: ArgoSite, namespace: str | None) -> None:
        try:
            import lightkube
            from lightkube.core.exceptions import ConfigError
        except ImportError:
            raise UsageError(
                "talking to Kubernetes needs lightkube",
                help="install flowc[argo]; or apply the files of `flowc compile` with kubectl apply --server-side",
            ) from None
        try:
            known = lightkube.KubeConfig.from_file(site.kubeconfig) if site.kubeconfig else lightkube.KubeConfig.from_env()
            config = known.get(context_name=site.context)
        except (ConfigError, KeyError, OSError, ValueError) as error:
            raise UsageError(
                f"there is no cluster to talk to: {error}", help="set kubeconfig and context under [argo], or KUBECONFIG in the environment"
            ) from None
        if config is None:
            raise UsageError("there is no cluster to talk to: the kubeconfig has no current context", help="set context under [argo]")
        if config.user is None:
            raise UsageError("there is no cluster to talk to: the context names no user", help="set context under [argo]")
        self.namespace = namespace or config.namespace or "default"
        self.server = config.cluster.server
        transport = apply_transport(config)
        self._client: Any = lightkube.Client(config=config, namespace=self.namespace, field_manager=MANAGER, transport=transport)

    def get(self, kind: str, name: str) -> dict[str, Any] | None:
        """Return an object as the server has it, None where it has none."""
        import httpx2

        with self._said(f"read {kind} {name}"):
            try:
                return dict(self._client.get(self._kind(kind), name, namespace=self.namespace).to_dict())
            except httpx2.HTTPStatusError as error:
                if error.response.status_code == 404 and _names_object(error):
                    return None
                raise

    def list_labelled(self, kind: str, labels: Mapping[str, str]) -> list[dict[str, Any]]:
        """Return the objects of a kind that carry `labels`; none where the cluster does not have the kind."""
        import httpx2

        with self._said(f"list {KINDS[kind][2]}"):
            try:
                found = list(self._client.list(self._kind(kind), namespace=self.namespace, labels=dict(labels)))
            except httpx2.HTTPStatusError as error:
                if error.response.status_code == 404:
                    return []
                raise
        return [dict(each.to_dict()) for each in found]

    def apply(self, obj: Mapping[str, Any], *, dry_run: bool) -> dict[str, Any]:
        """Server-side apply: return the object as the server then has it, or would have it.

        Raises EngineError for a field that another manager owns, with its name.
        """
        kind, name = obj["kind"], obj["metadata"]["name"]
        with self._said(f"apply {kind} {name}"):
            made = self._kind(kind).from_dict(dict(obj))
            return dict(self._client.apply(made, namespace=self.namespace, field_manager=MANAGER, dry_run=dry_run).to_dict())

    def create(self, obj: Mapping[str, Any]) -> dict[str, Any]:
        """Create an object and return it; EngineError where its name is taken."""
        kind = obj["kind"]
        with self._said(f"create {kind} {obj['metadata'].get('name', '')}".rstrip()):
            return dict(self._client.create(self._kind(kind).from_dict(dict(obj)), namespace=self.namespace).to_dict())

    def patch(self, kind: str, name: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Merge `changes` into an object (a JSON merge patch) and return it."""
        from lightkube.types import PatchType

        with self._said(f"change {kind} {name}"):
            done = self._client.patch(self._kind(kind), name, dict(changes), namespace=self.namespace, patch_type=PatchType.MERGE)
            return dict(done.to_dict())

    def delete(self, kind: str, name: str) -> None:
        """Remove an object."""
        with self._said(f"remove {kind} {name}"):
            self._client.delete(self._kind(kind), name, namespace=self.namespace)

    def _kind(self, kind: str) -> Any:
        from lightkube.generic_resource import create_namespaced_resource, get_generic_resource

        group, version, plural = KINDS[kind]
        known: Any = get_generic_resource(f"{group}/{version}" if group else version, kind)  # type: ignore[no-untyped-call]
        return known or create_namespaced_resource(group, version, kind, plural)

    @contextlib.contextmanager
    def _said(self, what: str) -> Iterator[None]:
        import httpx2

        try:
            yield
        except httpx2.HTTPStatusError as error:
            raise EngineError(f"Kubernetes at {self.server} refuses to {what}: {_message(error)}", help=_help(error)) from error
        except httpx2.HTTPError as error:
            raise EngineError(
                f"Kubernetes at {self.server} cannot be reached: {error}", help="check kubeconfig and context under [argo], and the network"
            ) from error


def _details(error: "httpx2.HTTPStatusError") -> Any:
    """What the API server says of the object that it is about; None where the answer is no Status."""
    status = getattr(error, "status", None)
    return None if status is None else status.details


def _message(error: "httpx2.HTTPStatusError") -> str:
    status = getattr(error, "status", None)
    return str(status.message) if status is not None else f"HTTP {error.response.status_code}"


def _names_object(error: "httpx2.HTTPStatusError") -> bool:
    """Whether a 404 is about the object, not about its whole kind: the API server names the object only then."""
    details = _details(error)
    return details is not None and bool(details.name)


def _help(error: "httpx2.HTTPStatusError") -> str:
    match error.response.status_code:
        case 401:
            return "sign in again: the credentials of the kubeconfig have expired or are not known"
        case 403:
            return "ask whoever runs the cluster for the right that is named"
        case 404 if not _names_object(error):
            return "Argo Workflows (for a Sensor: Argo Events) is not installed there, or the context is that of another cluster"
        case 409 if fields := _conflicts(error):
            taken = ", ".join(fields)
            return f"somebody else set {taken}: undo that there, or take it over (kubectl apply --server-side --force-conflicts)"
        case 422 | 400:
            return "compile with the setting argo.version of that cluster; please report it if that does not help"
        case _:
            return "look at the cluster, then try again"


def _conflicts(error: "httpx2.HTTPStatusError") -> Sequence[str]:
    details = _details(error)
    causes = (details.causes if details is not None else None) or []
    return [str(cause.field) for cause in causes if cause.reason == "FieldManagerConflict" and cause.field]
