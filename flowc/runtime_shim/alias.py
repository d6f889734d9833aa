"""`import metaflow` inside a task: the shim answers, whether Metaflow is installed or not.

A finder in front of all others makes modules whose names are looked up here. What flows commonly import is there; a name that is
not raises an error that says which and what to do: ImportError where it is imported, AttributeError where it is asked for.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType

from flowc.runtime_shim.contract import VERSION
from flowc.runtime_shim.refused_names import REFUSED
from flowc.runtime_shim.typed import Any, Final

_SHIM: Final = __name__.rpartition(".")[0]
_CLIENT_NAMES: Final = (
    "Flow",
    "Run",
    "Step",
    "Task",
    "Artifact",
    "DataArtifact",
    "Metaflow",
    "namespace",
    "get_namespace",
    "default_namespace",
)


def _shim(module: str, *names: str) -> dict[str, Callable[[], Any]]:
    return {name: (lambda name=name: getattr(import_module(f"{_SHIM}.{module}"), name)) for name in names}  # type: ignore[misc]


def _exceptions() -> dict[str, Callable[[], Any]]:
    exceptions = import_module(f"{_SHIM}.exceptions")
    names = [name for name, value in vars(exceptions).items() if isinstance(value, type) and issubclass(value, Exception)]
    return _shim("exceptions", *names)


def _client(name: str) -> Callable[[], Any]:
    return lambda: getattr(sys.modules[_SHIM.partition(".")[0]], "Artifact" if name == "DataArtifact" else name)


def _names_of(module: str) -> Mapping[str, Callable[[], Any]] | None:
    match module:
        case "metaflow":
            public = import_module(f"{_SHIM}.authoring").__all__
            return {
                **_shim("authoring", *public),
                **_shim("parallel_map", "parallel_imap_unordered", "parallel_map", "profile"),
                **_shim("steps_around", "UserStepDecorator", "user_step_decorator", "USER_SKIP_STEP"),
                **{name: _client(name) for name in _CLIENT_NAMES},
            }
        case "metaflow.exception":
            return _exceptions()
        case "metaflow.cards":
            return import_module(f"{_SHIM}.cards").names()  # type: ignore[no-any-return]  # a module by name has no types
        case "metaflow.client":
            return {name: _client(name) for name in _CLIENT_NAMES}
        case _:
            return _SUBMODULES[module]() if module in _SUBMODULES else None


_SUBMODULES: Final[Mapping[str, Callable[[], Mapping[str, Callable[[], Any]]]]] = {
    "metaflow.flowspec": lambda: _shim("flowspec", "FlowSpec") | _shim("exceptions", "InvalidNextException"),
    "metaflow.parameters": lambda: _shim("parameters", "Parameter", "JSONType", "JSONTypeClass", "ParameterContext"),
    "metaflow.includefile": lambda: _shim("parameters", "IncludeFile"),
    "metaflow.decorators": lambda: _shim("decorators", "step"),
    "metaflow.metaflow_current": lambda: _shim("current", "current", "Current", "Parallel"),
    "metaflow.events": lambda: _shim("events", "Trigger", "MetaflowEvent"),
    "metaflow.multicore_utils": lambda: _shim("parallel_map", "MulticoreException", "parallel_imap_unordered", "parallel_map"),
    "metaflow.datastore": lambda: _shim("inputs", "Inputs"),
    "metaflow.datastore.inputs": lambda: _shim("inputs", "Inputs"),
    "metaflow._vendor": dict,
    "metaflow._vendor.click": lambda: _shim("parameters", "Choice"),
    "metaflow.user_configs": dict,
    "metaflow.user_configs.config_parameters": lambda: _shim("config", "Config", "ConfigValue", "config_expr"),
    "metaflow.metaflow_version": lambda: {"get_version": lambda: lambda *_, **__: _METAFLOW_VERSION},
    "metaflow.plugins": dict,
    "metaflow.plugins.timeout_decorator": lambda: _shim("exceptions", "TimeoutException"),
    "metaflow.plugins.catch_decorator": lambda: _shim("exceptions", "FailureHandledByCatch"),
    "metaflow.plugins.cards": dict,
    "metaflow.plugins.cards.card_modules": dict,
    "metaflow.plugins.cards.card_modules.components": lambda: dict(import_module(f"{_SHIM}.cards").names()),
}
_METAFLOW_VERSION: Final = "2.19.39"


class _Alias(ModuleType):
    """A module whose names come from the shim at first use."""

    def __init__(self, name: str, offered: Mapping[str, Callable[[], Any]]) -> None:
        super().__init__(name, f"{name}, answered by flowc {VERSION} inside a task.")
        self.__dict__["_offered"] = offered
        self.__dict__["__all__"] = [public for public in offered if not public.startswith("_")]
        self.__dict__["__version__"] = _METAFLOW_VERSION

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        offered = self.__dict__["_offered"]
        if name in offered:
            value = offered[name]()
        elif f"{self.__name__}.{name}" in {"metaflow.exception", "metaflow.cards", "metaflow.client", *_SUBMODULES}:
            value = import_module(f"{self.__name__}.{name}")
        else:
            raise AttributeError(_missing(self.__name__, name))
        self.__dict__[name] = value
        return value


def _missing(module: str, name: str) -> str:
    reason = REFUSED.get(name, "import it from another package, or ask for it: inside a task flowc answers for metaflow")
    return f"flowc {VERSION} has no {name!r} of {module!r}: {reason}"


class _Finder:
    """Finds `metaflow` and what is below it."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Return a spec for a module below `metaflow`, None for any other. Raises ImportError for one the shim does not have."""
        if fullname != "metaflow" and not fullname.startswith("metaflow."):
            return None
        if _names_of(fullname) is None:
            module, _, name = fullname.rpartition(".")
            # With its name the exception would tell `from metaflow import name` to find words of its own for it.
            raise ModuleNotFoundError(_missing(module, name))
        return ModuleSpec(fullname, self, is_package=True)  # type: ignore[arg-type]  # a loader by its methods

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the module."""
        return _Alias(spec.name, _names_of(spec.name) or {})

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: names come at first use."""


_FINDER: Final = _Finder()


def install() -> None:
    """Have `import metaflow` answer from the shim from here on, in place of a Metaflow that was imported before."""
    if _FINDER in sys.meta_path:
        return
    for name in [name for name in sys.modules if name == "metaflow" or name.startswith("metaflow.")]:
        del sys.modules[name]
    sys.meta_path.insert(0, _FINDER)
