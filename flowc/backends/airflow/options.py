"""The table `[airflow]` of the settings."""

from dataclasses import dataclass, field
from typing import Final, Literal

from flowc.backends.base import Options
from flowc.backends.target_table import read_table
from flowc.settings import Settings

OPERATORS: Final = ("bash", "kubernetes")


@dataclass(frozen=True, slots=True, kw_only=True)
class AirflowOptions(Options):
    """How to compile for Airflow.

    max_map_length: the site's Airflow setting `[core] max_map_length`.
    max_retry_minutes: let the waits between retries grow exponentially, up to so many minutes; None: they stay as the flow says.
    operator: what a step is: a process of the worker ("bash") or a pod ("kubernetes").
    pod_startup_seconds: how long a pod may wait for its start. keep_failed_pods: leave them for a person to look at.
    kubernetes_conn_id, in_cluster, kubernetes_config_file: how Airflow reaches the cluster; None leaves it to the site.
    """

    max_map_length: int = field(default=1024, metadata={"minimum": 1})
    max_retry_minutes: int | None = field(default=None, metadata={"minimum": 1})
    operator: Literal["bash", "kubernetes"] = "bash"
    pod_startup_seconds: int = field(default=600, metadata={"minimum": 1})
    keep_failed_pods: bool = False
    kubernetes_conn_id: str | None = None
    in_cluster: bool | None = None
    kubernetes_config_file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AirflowSite:
    """Where this Airflow is; no byte of a file depends on it.

    dags_folder: where `flowc deploy` writes.
    url: the address of the API server (2.x: webserver), for `flowc trigger`, `status` and `terminate`.
    token_env, user_env, password_env: names of the environment variables that hold what signs in there.
    """

    dags_folder: str | None = None
    url: str | None = None
    token_env: str = "FLOWC_AIRFLOW_TOKEN"
    user_env: str = "FLOWC_AIRFLOW_USER"
    password_env: str = "FLOWC_AIRFLOW_PASSWORD"


def read_options(settings: Settings) -> AirflowOptions:
    """Return how to compile; raises UsageError as `read_table` does."""
    return read_table(settings, "airflow", AirflowOptions, AirflowSite)[0]


def read_site(settings: Settings) -> AirflowSite:
    """Return where the scheduler is; raises UsageError as `read_table` does."""
    return read_table(settings, "airflow", AirflowOptions, AirflowSite)[1]
