"""What reads the same in every task of a run: parameters, configs and class constants, as artifacts that every record repeats."""

import json
from collections.abc import Callable, Mapping

from flowc.runtime_shim.codecs import ArtifactError
from flowc.runtime_shim.config import ConfigValue, configs_of
from flowc.runtime_shim.contract import Attempt, Entry, Plan
from flowc.runtime_shim.exceptions import MetaflowException
from flowc.runtime_shim.flowspec import constants_of, fixed_names
from flowc.runtime_shim.parameters import parameters_of
from flowc.runtime_shim.stores import Store
from flowc.runtime_shim.typed import Any
from flowc.runtime_shim.values import load_value, save_value

_MOST_SHOWN = 4096


def first_entries(store: Store, flow: str, flow_class: type, parameters: Mapping[str, Any]) -> dict[str, Entry]:
    """Return the entries of everything fixed, stored by the first task of a run; `parameters` are the run's, by attribute.

    Raises MetaflowException for a value that cannot be stored.
    """
    values: dict[str, Any] = dict(constants_of(flow_class))
    values.update({name: _plain(config.value) for name, config in configs_of(flow_class).items()})
    values.update(parameters)
    entries = {}
    for name, value in values.items():
        try:
            entries[name] = save_value(store, flow, value)[0]
        except ArtifactError as error:
            raise MetaflowException(f"class attribute {name!r} of {flow_class.__name__} cannot be stored: {error}") from error
    return entries


def reader(store: Store, flow: str, entries: Mapping[str, Entry]) -> Callable[[str], Any]:
    """Return a function that loads a fixed value by its attribute, once. It raises AttributeError where the run has none."""
    loaded: dict[str, Any] = {}

    def read(name: str) -> Any:
        if name not in loaded:
            if name not in entries:
                raise AttributeError(f"this run has no value for {name!r}: it was started by a version of the flow without it")
            loaded[name] = load_value(store, flow, entries[name])
        return loaded[name]

    return read


def split_entries(flow_class: type, entries: Mapping[str, Entry]) -> tuple[dict[str, Entry], dict[str, Entry]]:
    """Return (fixed entries, the step's own artifacts) out of a parent's record."""
    fixed = frozenset(fixed_names(flow_class))
    own = {name: entry for name, entry in entries.items() if name not in fixed}
    return {name: entry for name, entry in entries.items() if name in fixed}, own


def shown_parameters(flow_class: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameter values by name, as the run's record shows them: what is small and JSON, the rest by its type."""
    return {parameter.name: _shown(values[attribute]) for attribute, parameter in parameters_of(flow_class).items()}


def known_parameters(plan: Plan, attempt: Attempt) -> dict[str, Any]:
    """Return what is known of parameter values before the flow is imported, by name: the given ones, else the plan's defaults."""
    given = attempt.parameters or {}
    planned = {found["name"]: found.get("default") if found["type"] != "file" else None for found in plan["parameters"]}
    return {name: _shown(value) for name, value in {**planned, **given}.items()}


def _shown(value: Any) -> Any:
    try:
        if len(json.dumps(value, allow_nan=False)) <= _MOST_SHOWN:
            return value
    except (TypeError, ValueError, RecursionError):
        pass
    return f"<{type(value).__name__}>"


def _plain(value: Any) -> Any:
    return value.to_dict() if isinstance(value, ConfigValue) else value
