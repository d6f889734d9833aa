"""The names that flows are written with, whichever module they came from: `flowc`, `metaflow`, or a submodule of either."""

from typing import Final

ROOTS: Final = frozenset({"flowc", "metaflow"})

STEP_DECORATORS: Final = frozenset(
    [
        "batch",
        "card",
        "catch",
        "conda",
        "environment",
        "kubernetes",
        "parallel",
        "pypi",
        "pytorch_parallel",
        "resources",
        "retry",
        "secrets",
        "timeout",
    ]
)
FLOW_DECORATORS: Final = frozenset(["conda_base", "exit_hook", "project", "pypi_base", "schedule", "trigger", "trigger_on_finish"])
MUTATORS: Final = frozenset({"FlowMutator", "StepMutator"})

CONFIG_PARSERS: Final = frozenset({"conda_environment_yml_parser", "pyproject_toml_parser", "requirements_txt_parser", "yaml_parser"})

EXPORTS: Final = (
    frozenset(
        [
            "Config",
            "ConfigValue",
            "DataArtifact",
            "Deployer",
            "Flow",
            "FlowSpec",
            "IncludeFile",
            "JSONType",
            "JSONTypeClass",
            "Metaflow",
            "NBRunner",
            "Parameter",
            "R",
            "Run",
            "Runner",
            "S3",
            "Step",
            "USER_SKIP_STEP",
            "UserStepDecorator",
            "Task",
            "config_expr",
            "current",
            "default_metadata",
            "default_namespace",
            "get_metadata",
            "get_namespace",
            "metadata",
            "namespace",
            "parallel_imap_unordered",
            "parallel_map",
            "profile",
            "step",
            "user_step_decorator",
        ]
    )
    | STEP_DECORATORS
    | FLOW_DECORATORS
    | MUTATORS
    | CONFIG_PARSERS
)
"""What `from metaflow import *` brings in (Metaflow 2.19.39, without its submodules)."""

FLOW_MEMBERS: Final = frozenset(["cmd", "foreach_stack", "index", "input", "merge_artifacts", "name", "next", "script_name"])
"""What every flow object has before its first step: not artifacts."""


def authoring_name(path: str) -> str:
    """Return the authoring name of a dotted path below `flowc` or `metaflow`.

    `parameters.JSONType` is `JSONType`, for Metaflow's submodules hold the same objects; an unknown path stays as it is.
    """
    last = path.rpartition(".")[2]
    return last if last in EXPORTS else path
