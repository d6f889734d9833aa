"""Every decorator of flowc and Metaflow with its arguments, their kinds and their defaults.

Names and defaults are those of Metaflow 2.19.39 (`defaults` of each class under `metaflow/plugins`), where a site has configured
nothing. Backends and the plan read defaults here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from flowc.ir.argument_kinds import ArgumentSpec, Kind
from flowc.ir.graph import Decorator
from flowc.ir.values import Value

Level = Literal["step", "flow"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecoratorSignature:
    """One decorator: where it stands, what it takes, and whether it may stand several times."""

    name: str
    level: Level
    arguments: tuple[ArgumentSpec, ...] = ()
    repeatable: bool = False

    def argument(self, name: str) -> ArgumentSpec | None:
        """Return the argument called `name`, or None."""
        return next((argument for argument in self.arguments if argument.name == name), None)


def _text(name: str, default: Value = None, **more: object) -> ArgumentSpec:
    return _spec(name, ("text",), default, **more)


def _number(name: str, default: Value = None, **more: object) -> ArgumentSpec:
    return _spec(name, ("number",), default, **more)


def _integer(name: str, default: Value = None, **more: object) -> ArgumentSpec:
    return _spec(name, ("integer",), default, **more)


def _flag(name: str, default: Value = None) -> ArgumentSpec:
    return _spec(name, ("flag",), default)


def _spec(name: str, kinds: tuple[Kind, ...], default: Value = None, **more: object) -> ArgumentSpec:
    return ArgumentSpec(name=name, kinds=kinds, default=default, **more)  # type: ignore[arg-type]  # fields of ArgumentSpec


def _step(name: str, *arguments: ArgumentSpec, repeatable: bool = False) -> DecoratorSignature:
    return DecoratorSignature(name=name, level="step", arguments=arguments, repeatable=repeatable)


def _flow(name: str, *arguments: ArgumentSpec, repeatable: bool = False) -> DecoratorSignature:
    return DecoratorSignature(name=name, level="flow", arguments=arguments, repeatable=repeatable)


_CONDA: Final = (
    _spec("packages", ("mapping",), {}),
    _spec("libraries", ("mapping",), {}),
    _spec("python", ("text", "number")),
    _flag("disabled"),
)
_PYPI: Final = (_spec("packages", ("mapping",), {}), _spec("python", ("text", "number")), _flag("disabled"))
_TMPFS: Final = (_flag("tmpfs_tempdir", True), _number("tmpfs_size", above=0), _text("tmpfs_path", "/metaflow_temp"))

_EVERY: Final = (
    _step("retry", _integer("times", "3", least=0, most=4), _number("minutes_between_retries", "2", least=0)),
    _step("catch", _text("var"), _flag("print_exception", True)),
    _step("timeout", _number("seconds", 0, least=0), _number("minutes", 0, least=0), _number("hours", 0, least=0)),
    _step(
        "resources",
        _number("cpu", "1", above=0),
        _integer("gpu", least=0),
        _number("disk", above=0),
        _number("memory", "4096", above=0),
        _number("shared_memory", least=0),
    ),
    _step(
        "kubernetes",
        _number("cpu", "1", above=0),
        _number("memory", "4096", above=0),
        _number("disk", "10240", above=0),
        _text("image"),
        _text("image_pull_policy", choices=("Always", "IfNotPresent", "Never")),
        _spec("image_pull_secrets", ("list", "text")),
        _text("service_account"),
        _spec("secrets", ("list", "text")),
        _spec("node_selector", ("mapping", "text")),
        _text("namespace"),
        _integer("gpu", least=0),
        _text("gpu_vendor", choices=("amd", "nvidia")),
        _spec("tolerations", ("list", "text")),
        _spec("labels", ("mapping",)),
        _spec("annotations", ("mapping",)),
        _flag("use_tmpfs"),
        *_TMPFS,
        _spec("persistent_volume_claims", ("mapping", "text")),
        _number("shared_memory", least=0),
        _integer("port", least=1, most=65535),
        _text("compute_pool"),
        _text("executable"),
        _number("hostname_resolution_timeout", 600, above=0),
        _text("qos", "burstable", choices=("Guaranteed", "Burstable")),
        _spec("extended_resources", ("mapping", "text"), {}),
        _spec("security_context", ("mapping", "text")),
    ),
    _step(
        "batch",
        _number("cpu", above=0),
        _integer("gpu", least=0),
        _number("memory", above=0),
        _text("image"),
        _text("queue"),
        _text("iam_role"),
        _text("execution_role"),
        _number("shared_memory", least=0),
        _number("max_swap", least=0),
        _number("swappiness", least=0, most=100),
        _integer("inferentia", least=0),
        _integer("trainium", least=0),
        _integer("efa", least=0),
        _spec("host_volumes", ("list", "text")),
        _spec("efs_volumes", ("list", "text")),
        _flag("use_tmpfs", False),
        _spec("aws_batch_tags", ("mapping",)),
        *_TMPFS,
        _integer("ephemeral_storage", least=21, most=200),
        _text("log_driver"),
        _spec("log_options", ("list", "text")),
        _text("executable"),
        _flag("privileged", False),
    ),
    _step("environment", _spec("vars", ("mapping",), {})),
    _step("secrets", _spec("sources", ("list",), []), _text("role"), _flag("allow_override", False)),
    _step("conda", *_CONDA),
    _step("pypi", *_PYPI),
    _step(
        "card",
        _text("type", "default"),
        _spec("options", ("mapping",), {}),
        _text("scope", "task"),
        _text("rank"),
        _number("timeout", 45, above=0),
        _text("id"),
        _flag("save_errors", True),
        _flag("customize", False),
        _number("refresh_interval", 5, above=0),
        repeatable=True,
    ),
    _step("parallel"),
    _flow(
        "schedule",
        _text("cron"),
        _flag("weekly", False),
        _flag("daily", True),
        _flag("hourly", False),
        _text("timezone"),
    ),
    _flow("project", _text("name", required=True), _flag("production", False), _text("branch")),
    _flow(
        "trigger",
        _spec("event", ("text", "mapping")),
        _spec("events", ("list",), []),
        _spec("options", ("mapping",), {}),
    ),
    _flow(
        "trigger_on_finish",
        _spec("flow", ("text", "mapping")),
        _spec("flows", ("list",), []),
        _spec("options", ("mapping",), {}),
    ),
    _flow("conda_base", *_CONDA),
    _flow("pypi_base", *_PYPI),
    _flow(
        "exit_hook",
        _spec("on_success", ("list",), []),
        _spec("on_error", ("list",), []),
        _spec("options", ("mapping",), {}),
        repeatable=True,
    ),
)

SIGNATURES: Final[Mapping[str, DecoratorSignature]] = {signature.name: signature for signature in _EVERY}
"""Every signature by the decorator's name. No step decorator shares a name with a flow decorator."""


def values_of(decorator: Decorator) -> dict[str, Value]:
    """Return every argument of a decorator of flowc by name, defaults filled in; positional ones in the order of the signature.

    Values are as written: numbers may be strings that spell them (`argument_kinds.number` reads both). An unknown decorator has
    what it was given by name.
    """
    signature = SIGNATURES.get(decorator.name)
    values: dict[str, Value] = {spec.name: spec.default for spec in signature.arguments} if signature else {}
    names = iter(list(values))
    for argument in decorator.arguments:
        name = argument.name if argument.name is not None else next(names, None)
        if name is not None:
            values[name] = argument.value
    return values
