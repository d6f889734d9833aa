"""What a backend is: a table of what it can do, a check of its limits, and a pure function from a region tree to manifests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from flowc.backends.capabilities import Support
from flowc.backends.constructs import Construct
from flowc.diagnostics.model import Report
from flowc.ir.regions import RegionTree
from flowc.ir.values import Value
from flowc.runtime_shim.contract import Plan


@dataclass(frozen=True, slots=True)
class Manifest:
    """One file of a target: `path` is posix and relative to the flow's folder."""

    path: str
    text: str

    @property
    def data(self) -> bytes:
        """The bytes to write: UTF-8, whatever the machine."""
        return self.text.encode("utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to compile, beside the flow itself. Only what stands here, in the flow and in flowc can move a byte of a manifest.

    root: the store; None leaves it to the environment of the worker.
    python: the interpreter that a worker starts for a step where no image is used.
    image: the container image of the steps, on targets that have one.
    max_map_length: the site's Airflow setting `[core] max_map_length`.
    max_retry_minutes: let the waits between retries grow exponentially, up to so many minutes; None: they stay as the flow says.
    operator: what a step is on Airflow: a process of the worker ("bash") or a pod ("kubernetes").
    kubernetes: what @kubernetes says on every step that does not say it itself.
    pod_startup_seconds: how long a pod may wait for its start. keep_failed_pods: leave them for a person to look at.
    kubernetes_conn_id, in_cluster, kubernetes_config_file: how Airflow reaches the cluster; None leaves it to the site.
    """

    root: str | None = None
    python: str = "python"
    image: str | None = None
    max_map_length: int = 1024
    max_retry_minutes: int | None = None
    operator: Literal["bash", "kubernetes"] = "bash"
    kubernetes: Mapping[str, Value] = field(default_factory=dict)
    pod_startup_seconds: int = 600
    keep_failed_pods: bool = False
    kubernetes_conn_id: str | None = None
    in_cluster: bool | None = None
    kubernetes_config_file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One flow, ready to be lowered.

    code: the digest of its code package, `sha256:…`. source_digest: `sha256:…` of the file that holds the flow class.
    """

    tree: RegionTree
    plan: Plan
    code: str
    source_digest: str
    options: Options


class Backend(Protocol):
    """One target. `capabilities` has a row for every construct: what has none is refused as not done yet."""

    @property
    def name(self) -> str:
        """What the user calls the target."""

    @property
    def capabilities(self) -> Mapping[Construct, Support]:
        """The stance on every construct."""

    @property
    def forms(self) -> "Mapping[str, Backend]":
        """Every form of the target, by the options that choose it; no text for the usual one."""

    def form(self, options: Options) -> "Backend":
        """Return the form of the target that `options` choose."""

    def check(self, tree: RegionTree, plan: Plan, options: Options, report: Report) -> None:
        """Report what the flow asks beyond the limits of the engine: lengths, characters, values that cannot travel."""

    def emit(self, unit: Unit) -> tuple[Manifest, ...]:
        """Return the files of a flow that passed `check_capabilities` and `check`: the same bytes for the same unit, always."""
