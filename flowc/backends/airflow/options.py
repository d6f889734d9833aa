"""The table `[airflow]` of the settings, with `[airflow.flows.NAME]` and `[airflow.flows.NAME.steps.STEP]` inside."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Final, Literal

from flowc.backends.base import Options
from flowc.backends.target_table import read_part, read_table
from flowc.settings import Settings

OPERATORS: Final = ("bash", "kubernetes")


_AT_LEAST_ONE: Final = {"minimum": 1}


@dataclass(frozen=True, kw_only=True)
class TaskSettings:
    """How Airflow schedules a task; None leaves it to the table around, and there to Airflow.

    pool, pool_slots: the pool that it takes slots of. queue: the workers it runs on. priority_weight: larger goes first.
    executor: one of the site's executors, where it has several.
    items_at_once: how many items of a foreach may run it at the same time in one run.
    """

    pool: str | None = None
    pool_slots: int | None = field(default=None, metadata=_AT_LEAST_ONE)
    queue: str | None = None
    priority_weight: int | None = None
    executor: str | None = None
    items_at_once: int | None = field(default=None, metadata=_AT_LEAST_ONE)


@dataclass(frozen=True, kw_only=True)
class RunSettings(TaskSettings):
    """How Airflow schedules the tasks of a flow, gates and planners included, and its runs.

    max_active_runs: runs at the same time. max_active_tasks: tasks at the same time. run_timeout_minutes: after them a run has failed.
    """

    max_active_runs: int | None = field(default=None, metadata=_AT_LEAST_ONE)
    max_active_tasks: int | None = field(default=None, metadata=_AT_LEAST_ONE)
    run_timeout_minutes: int | None = field(default=None, metadata=_AT_LEAST_ONE)


@dataclass(frozen=True, kw_only=True)
class FlowSettings(RunSettings):
    """What one flow has of its own. steps: what single steps have."""

    steps: Mapping[str, TaskSettings] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AirflowOptions(Options, RunSettings):
    """How to compile for Airflow.

    max_map_length: the site's Airflow setting `[core] max_map_length`.
    max_retry_minutes: let the waits between retries grow exponentially, up to so many minutes; None: they stay as the flow says.
    operator: what a step is: a process of the worker ("bash") or a pod ("kubernetes").
    pod_startup_seconds: how long a pod may wait for its start. keep_failed_pods: leave them for a person to look at.
    kubernetes_conn_id, in_cluster, kubernetes_config_file: how Airflow reaches the cluster; None leaves it to the site.
    flows: what single flows have of their own, by class name.
    """

    max_map_length: int = field(default=1024, metadata=_AT_LEAST_ONE)
    max_retry_minutes: int | None = field(default=None, metadata=_AT_LEAST_ONE)
    operator: Literal["bash", "kubernetes"] = "bash"
    pod_startup_seconds: int = field(default=600, metadata=_AT_LEAST_ONE)
    keep_failed_pods: bool = False
    kubernetes_conn_id: str | None = None
    in_cluster: bool | None = None
    kubernetes_config_file: str | None = None
    flows: Mapping[str, FlowSettings] = field(default_factory=dict)

    def of_flow(self, name: str) -> FlowSettings:
        """Return what holds for the flow of class `name`: its own before that of all flows."""
        own = self.flows.get(name, FlowSettings())
        missing = [spec.name for spec in fields(RunSettings) if getattr(own, spec.name) is None]
        return replace(own, **{name: getattr(self, name) for name in missing})


@dataclass(frozen=True, slots=True, kw_only=True)
class AirflowSite:
    """Where this Airflow is; no byte of a file depends on it.

    dags_folder: where `flowc deploy` writes: a folder, or `s3://bucket/prefix`. git_commit: where the folder is a git checkout, commit
    what was written there; nothing is pushed.
    url: the address of the API server (2.x: webserver), for `flowc trigger`, `status` and `terminate`.
    token_env, user_env, password_env: names of the environment variables that hold what signs in there.
    """

    dags_folder: str | None = None
    git_commit: bool = False
    url: str | None = None
    token_env: str = "FLOWC_AIRFLOW_TOKEN"
    user_env: str = "FLOWC_AIRFLOW_USER"
    password_env: str = "FLOWC_AIRFLOW_PASSWORD"


def read_options(settings: Settings) -> AirflowOptions:
    """Return how to compile; raises UsageError as `read_table` does."""
    options = read_table(settings, "airflow", AirflowOptions, AirflowSite)[0]
    return replace(options, flows={name: _flow(name, table, settings) for name, table in options.flows.items()})


def _flow(name: str, table: object, settings: Settings) -> FlowSettings:
    origin, where = settings.origin or "the settings", f"airflow.flows.{name}"
    found = read_part(table, FlowSettings, where, origin)
    steps = {step: read_part(part, TaskSettings, f"{where}.steps.{step}", origin) for step, part in found.steps.items()}
    return replace(found, steps=steps)


def read_site(settings: Settings) -> AirflowSite:
    """Return where the scheduler is; raises UsageError as `read_table` does."""
    return read_table(settings, "airflow", AirflowOptions, AirflowSite)[1]
