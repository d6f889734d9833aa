"""The pod of one step as data: what `read_pod` makes of decorators and settings, and `fragment` turns into Kubernetes' words."""

from dataclasses import dataclass

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Mount:
    """A volume at `path`: in memory with at most `mebibytes`, the persistent volume claim `claim`, or with neither an empty folder."""

    volume: str
    path: str
    mebibytes: int | None = None
    claim: str | None = None


@dataclass(frozen=True, slots=True)
class Toleration:
    """Lets the pod run on nodes with a taint; all parts None tolerates none of them in particular, as Kubernetes reads it."""

    key: str | None = None
    operator: str | None = None
    value: str | None = None
    effect: str | None = None
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Security:
    """The security context of the container; None leaves it to the cluster."""

    privileged: bool | None = None
    allow_privilege_escalation: bool | None = None
    read_only_root_filesystem: bool | None = None
    run_as_user: int | None = None
    run_as_group: int | None = None
    run_as_non_root: bool | None = None
    add_capabilities: tuple[str, ...] = ()
    drop_capabilities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    """The pod of one step. Everything is final text of Kubernetes, but for the escapes that an engine needs.

    python: the interpreter in the image that runs the step. requests, limits: resource name and quantity. secrets: Kubernetes
    secrets whose keys become environment variables. environment: variables that the pod itself calls for, not the user's.
    """

    image: str
    python: str
    pull_policy: str | None = None
    pull_secrets: tuple[str, ...] = ()
    requests: Pairs = ()
    limits: Pairs = ()
    secrets: tuple[str, ...] = ()
    environment: Pairs = ()
    port: int | None = None
    mounts: tuple[Mount, ...] = ()
    security: Security = Security()
    namespace: str | None = None
    service_account: str | None = None
    node_selector: Pairs = ()
    tolerations: tuple[Toleration, ...] = ()
    labels: Pairs = ()
    annotations: Pairs = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PodSite:
    """What a target keeps for itself in the pods of its steps.

    labels: names that the engine sets. paths: where it mounts something. step_namespaces: whether a step can choose its namespace.
    """

    target: str
    labels: frozenset[str] = frozenset()
    paths: tuple[str, ...] = ()
    step_namespaces: bool = True
