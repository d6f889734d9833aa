"""The table `[argo]` of the settings."""

from dataclasses import dataclass, field
from typing import Final, Literal

from flowc.backends.base import Options
from flowc.backends.target_table import read_table
from flowc.settings import Settings

VERSIONS: Final = ("3.6", "3.7", "4.0", "4.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgoOptions(Options):
    """How to compile for Argo Workflows.

    version: the oldest that must take the files.
    namespace: where the objects are; None leaves it to whoever applies them.
    service_account: of every pod that @kubernetes gives none. Where the namespace is set and this is not, the flow has an account of its
    own, with the rights that it needs. pull_secrets: of every pod, beside those of @kubernetes.
    loop_turns: how many turns every loop can take. loops: "nested": each step of a loop is a pod; "fused": one pod runs all turns.
    max_parallel: how many items of one foreach run at a time; parallelism: how many pods of one run; None: as many as there are.
    priority: of a run in the queue of workflows. pod_priority_class: of its pods.
    ttl_seconds, ttl_seconds_after_success, ttl_seconds_after_failure: how long a finished run stays in the cluster.
    pod_gc: when pods go; pod_gc_seconds: how much later.
    run_seconds: how long a run may take.
    max_retry_minutes: let the waits between retries grow exponentially, up to so many minutes; None: they stay as the flow says.
    max_tasks, max_templates, max_object_bytes, max_levels: limits of the installation: tasks of a DAG, templates of an object, bytes of
        a run, templates inside each other.
    concurrency: what happens when a scheduled run is due and one is still there.
    starting_deadline_seconds: how late a scheduled run may start. history_success, history_failure: how many scheduled runs are kept.
    suspend_schedule: whether the schedule begins suspended.
    event_source, event_name, event_bus: names in Argo Events of the source, its event, and the bus that bring the events of @trigger.
    event_url: where every flow announces that a run has succeeded: the webhook of that event source.
    event_service_account: that of the sensor, which may create workflows; an own one as above.
    """

    version: Literal["3.6", "3.7", "4.0", "4.1"] = "3.6"
    namespace: str | None = None
    service_account: str | None = None
    pull_secrets: tuple[str, ...] = ()
    loop_turns: int = field(default=200, metadata={"minimum": 1})
    loops: Literal["nested", "fused"] = "nested"
    max_parallel: int | None = field(default=None, metadata={"minimum": 1})
    parallelism: int | None = field(default=None, metadata={"minimum": 1})
    priority: int | None = None
    pod_priority_class: str | None = None
    ttl_seconds: int | None = field(default=None, metadata={"minimum": 0})
    ttl_seconds_after_success: int | None = field(default=None, metadata={"minimum": 0})
    ttl_seconds_after_failure: int | None = field(default=None, metadata={"minimum": 0})
    pod_gc: Literal["OnPodCompletion", "OnPodSuccess", "OnWorkflowCompletion", "OnWorkflowSuccess"] | None = None
    pod_gc_seconds: int | None = field(default=None, metadata={"minimum": 0})
    run_seconds: int | None = field(default=None, metadata={"minimum": 1})
    max_retry_minutes: int | None = field(default=None, metadata={"minimum": 1})
    max_tasks: int = field(default=200, metadata={"minimum": 10})
    max_templates: int = field(default=200, metadata={"minimum": 10})
    max_object_bytes: int = field(default=1024 * 1024, metadata={"minimum": 1})
    max_levels: int = field(default=99, metadata={"minimum": 2})
    concurrency: Literal["Allow", "Forbid", "Replace"] = "Allow"
    starting_deadline_seconds: int | None = field(default=None, metadata={"minimum": 0})
    history_success: int | None = field(default=None, metadata={"minimum": 0})
    history_failure: int | None = field(default=None, metadata={"minimum": 0})
    suspend_schedule: bool = False
    event_source: str = "flowc"
    event_name: str = "flowc"
    event_url: str | None = None
    event_bus: str | None = None
    event_service_account: str | None = None

    def at_least(self, version: str) -> bool:
        """Whether the installation is of `version` (one of `VERSIONS`) or newer."""
        return VERSIONS.index(self.version) >= VERSIONS.index(version)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgoSite:
    """Where the cluster is; no byte of a file depends on it.

    kubeconfig: the file; context: which of its contexts. None: as kubectl finds them.
    """

    kubeconfig: str | None = None
    context: str | None = None


def read_options(settings: Settings) -> ArgoOptions:
    """Return how to compile; raises UsageError as `read_table` does."""
    return read_table(settings, "argo", ArgoOptions, ArgoSite)[0]


def read_site(settings: Settings) -> ArgoSite:
    """Return where the cluster is; raises UsageError as `read_table` does."""
    return read_table(settings, "argo", ArgoOptions, ArgoSite)[1]
