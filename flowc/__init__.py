"""flowc: Python flows to the schedulers that companies already run.

Authoring names (`from flowc import FlowSpec, step`) and the client (`from flowc import Run`) are imported when they are asked for.
"""

# `typing` would double the cost of this import; type checkers know the name.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any, NoReturn

    from flowc.client import Artifact, Flow, Run, Step, Task
    from flowc.runtime_shim.authoring import (
        Config,
        ConfigValue,
        FlowSpec,
        IncludeFile,
        JSONType,
        JSONTypeClass,
        Parameter,
        batch,
        card,
        catch,
        conda,
        conda_base,
        config_expr,
        current,
        environment,
        exit_hook,
        kubernetes,
        parallel,
        project,
        pypi,
        pypi_base,
        resources,
        retry,
        schedule,
        secrets,
        step,
        timeout,
        trigger,
        trigger_on_finish,
    )
    from flowc.runtime_shim.parallel_map import parallel_imap_unordered, parallel_map, profile

__all__ = [
    "Artifact",
    "Config",
    "ConfigValue",
    "Flow",
    "FlowSpec",
    "IncludeFile",
    "JSONType",
    "JSONTypeClass",
    "Parameter",
    "Run",
    "Step",
    "Task",
    "batch",
    "card",
    "catch",
    "conda",
    "conda_base",
    "config_expr",
    "current",
    "environment",
    "exit_hook",
    "kubernetes",
    "parallel",
    "parallel_imap_unordered",
    "parallel_map",
    "profile",
    "project",
    "pypi",
    "pypi_base",
    "resources",
    "retry",
    "schedule",
    "secrets",
    "step",
    "timeout",
    "trigger",
    "trigger_on_finish",
]

_CLIENT = frozenset(
    {"Artifact", "DataArtifact", "Flow", "Metaflow", "NotFound", "Run", "Step", "Task", "default_namespace", "get_namespace", "namespace"}
)
"""Of these a star import brings in those of `__all__`."""
_IN_STEPS = frozenset({"parallel_imap_unordered", "parallel_map", "profile"})


def __getattr__(name: str) -> "Any":
    from importlib import import_module

    if name not in __all__ and name not in _CLIENT:
        raise AttributeError(f"module 'flowc' has no attribute {name!r}")
    if name in _CLIENT:
        value = getattr(import_module("flowc.client"), name)
    elif name in _IN_STEPS:
        value = getattr(import_module("flowc.runtime_shim.parallel_map"), name)
    else:
        setattr(import_module("flowc.runtime_shim.flowspec"), "command_line", _command_line)  # noqa: B010  # the shim knows no cli
        value = getattr(import_module("flowc.runtime_shim.authoring"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _command_line(flow_class: type, arguments: list[str]) -> "NoReturn":
    """Do what the command line of a flow's file says: `if __name__ == "__main__": TrainFlow()`."""
    from flowc.cli.script import run_script

    run_script(flow_class, arguments)
