"""Names of Metaflow that flowc does not have, each with what to do instead: the compiler warns of them, a task refuses them."""

from collections.abc import Mapping

from flowc.runtime_shim.typed import Final

_MUTATOR: Final = "write out what it adds: it would rewrite the flow by running code, which flowc never does to compile"
_RUNNER: Final = "start runs with `flowc run`"
_DEPLOYER: Final = "deploy with `flowc deploy`"
_METADATA: Final = "flowc has one store for each root: give --root, or set root in flowc.toml"
_PARSER: Final = "give the parser to Config by its name, as text"

REFUSED: Final[Mapping[str, str]] = {
    "Deployer": _DEPLOYER,
    "FlowMutator": _MUTATOR,
    "NBDeployer": _DEPLOYER,
    "NBRunner": _RUNNER,
    "R": "flowc runs flows written in Python",
    "Runner": _RUNNER,
    "S3": "flowc has no S3 client for flows; use boto3 or obstore in the step",
    "StepMutator": _MUTATOR,
    "conda_environment_yml_parser": _PARSER,
    "default_metadata": _METADATA,
    "get_metadata": _METADATA,
    "metadata": _METADATA,
    "pyproject_toml_parser": _PARSER,
    "pytorch_parallel": "use @parallel, and start torch in the step",
    "requirements_txt_parser": _PARSER,
    "yaml_parser": _PARSER,
}
