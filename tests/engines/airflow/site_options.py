"""The configuration of a test site: short intervals, six workers, patience with a busy machine."""

import secrets
from typing import TYPE_CHECKING

from postgresql import free_port

if TYPE_CHECKING:
    from scheduler_site import Site


def options_of(site: "Site", database: str) -> dict[str, str]:
    """Return Airflow's settings as environment variables."""
    options = {
        "DATABASE__SQL_ALCHEMY_CONN": database,
        "CORE__DAGS_FOLDER": site.dags,
        "CORE__LOAD_EXAMPLES": False,
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": 6,
        "CORE__HOSTNAME_CALLABLE": "socket.gethostname",
        "CORE__DAGBAG_IMPORT_TIMEOUT": 300,
        "LOGGING__WORKER_LOG_SERVER_PORT": free_port(),
        "SCHEDULER__SCHEDULER_HEARTBEAT_SEC": 1,
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": 0.2,
        "SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": 120,
        "USAGE_DATA_COLLECTION__ENABLED": False,
        **(_three(site) if site.three else _two(site)),
    }
    return {f"AIRFLOW__{name}": str(value) for name, value in options.items()}


def _three(site: "Site") -> dict[str, object]:
    return {
        "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{site.user}:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": site.home / "passwords.json",
        "CORE__EXECUTION_API_SERVER_URL": f"{site.url}/execution/",
        "API__HOST": "127.0.0.1",
        "API__PORT": site.port,
        "API__BASE_URL": site.url,
        "API__WORKERS": 1,
        "API__SECRET_KEY": secrets.token_hex(16),
        "API_AUTH__JWT_SECRET": secrets.token_hex(32),
        "API_AUTH__JWT_ISSUER": "airflow",
        "DAG_PROCESSOR__REFRESH_INTERVAL": 5,
        "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": 60,
        "DAG_PROCESSOR__DAG_FILE_PROCESSOR_TIMEOUT": 300,
        "WORKERS__MIN_HEARTBEAT_INTERVAL": 1,
        "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": 5,
    }


def _two(site: "Site") -> dict[str, object]:
    return {
        "API__AUTH_BACKENDS": "airflow.api.auth.backend.basic_auth",
        "WEBSERVER__WEB_SERVER_HOST": "127.0.0.1",
        "WEBSERVER__WEB_SERVER_PORT": site.port,
        "WEBSERVER__WORKERS": 1,
        "WEBSERVER__WEB_SERVER_MASTER_TIMEOUT": 600,
        "WEBSERVER__SECRET_KEY": secrets.token_hex(16),
        "SCHEDULER__MIN_FILE_PROCESS_INTERVAL": 60,
        "SCHEDULER__DAG_DIR_LIST_INTERVAL": 5,
        "SCHEDULER__LOCAL_TASK_JOB_HEARTBEAT_SEC": 1,
        "SCHEDULER__ZOMBIE_DETECTION_INTERVAL": 5,
        "CORE__DAG_FILE_PROCESSOR_TIMEOUT": 300,
    }
