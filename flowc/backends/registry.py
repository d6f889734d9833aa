"""The targets by name. A backend is imported when it is asked for, so that help and other targets do not pay for it."""

from importlib import import_module
from typing import Any

from flowc.backends.base import Backend
from flowc.backends.deploying import Deployer
from flowc.backends.operations import Operations
from flowc.errors import UsageError
from flowc.settings import Settings

TARGETS = {"airflow": "flowc.backends.airflow", "argo": "flowc.backends.argo", "stepfunctions": "flowc.backends.stepfunctions"}


def load_backend(name: str) -> Backend[Any]:
    """Return the backend of target `name`; raises UsageError for a name that is none."""
    if name not in TARGETS:
        raise UsageError(f"unknown target {name!r}", help=f"flowc knows: {', '.join(TARGETS)}")
    backend: Backend[Any] = import_module(TARGETS[name]).BACKEND
    return backend


def load_deployer(name: str, settings: Settings) -> Deployer:
    """Return what deploys to target `name`. Raises UsageError for a name that is none, or settings that lack something."""
    load_backend(name)
    deployer: Deployer = import_module(f"{TARGETS[name]}.deploy").connect(settings)
    return deployer


def load_operations(name: str, settings: Settings) -> Operations:
    """Return what acts on the deployed flows of target `name`.

    Raises UsageError for a name that is none, or settings that lack something.
    """
    load_backend(name)
    operations: Operations = import_module(f"{TARGETS[name]}.operations").connect(settings)
    return operations


def other_backends(name: str) -> tuple[Backend[Any], ...]:
    """Return the backends of all targets but `name`."""
    return tuple(load_backend(target) for target in TARGETS if target != name)
