"""The input of an execution of Step Functions, which the state machine keeps in the store as `_input`, for the first task to read."""

import json
from collections.abc import Iterator, Mapping

from flowc.runtime_shim.addresses import Refused
from flowc.runtime_shim.contract import Attempt, component, run_key
from flowc.runtime_shim.decorators import flow_decorators
from flowc.runtime_shim.exceptions import MetaflowException
from flowc.runtime_shim.loading import LoadedFlow
from flowc.runtime_shim.stores import Store
from flowc.runtime_shim.typed import Any, Final

MAX_INPUT: Final = 256 * 1024 * 4
"""Bytes: an execution takes 262,144, which the machine writes as JSON with escapes."""
_KEYS: Final = ("Parameters", "trigger", "detail", "scheduled_time")


def with_input(attempt: Attempt, store: Store, loaded: LoadedFlow) -> Attempt:
    """Return the attempt of a run's first task with parameters and trigger of the execution's input.

    Raises Refused where there is no input or a run name that keys spell otherwise, MetaflowException for an input that makes no sense.
    """
    if component(attempt.run) != attempt.run:
        raise Refused(f"the execution is called {attempt.run!r}: flowc takes letters, digits and _ . + = - in the name of a run")
    key = run_key(attempt.flow, attempt.run, "_input")
    data = store.get(key, MAX_INPUT)
    if data is None:
        raise Refused(f"{key} is missing in {store.url}: the state machine writes the input of its execution to another root")
    given = _decoded(data, key)
    trigger = given.get("trigger")
    return attempt._replace(
        parameters={**_filled(trigger, given.get("detail"), loaded.flow_class), **_parameters(given.get("Parameters"))},
        trigger=None if trigger is None else json.dumps(trigger),
    )


def _decoded(data: bytes, key: str) -> Mapping[str, Any]:
    try:
        given = json.loads(data)
        if isinstance(given, str):
            given = json.loads(given)
    except ValueError as error:
        raise MetaflowException(f"{key}, the input of the execution, is no JSON: {error}") from error
    if not isinstance(given, dict):
        raise MetaflowException(f'the input of the execution is {given!r}: write {{"Parameters": {{…}}}}')
    unknown = [name for name in given if name not in _KEYS and not name.startswith("AWS_")]
    if unknown:
        raise MetaflowException(f'the input of the execution has {unknown[0]!r}: parameters go into {{"Parameters": {{…}}}}')
    return given


def _parameters(given: Any) -> dict[str, Any]:
    """Parameters are an object, or the JSON text of one, as Metaflow's deployments have it."""
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError as error:
            raise MetaflowException(f'"Parameters" of the execution\'s input is no JSON: {error}') from error
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise MetaflowException(f'"Parameters" of the execution\'s input is {given!r}, not an object')
    return given


def _filled(trigger: Any, detail: Any, flow_class: type) -> dict[str, Any]:
    """The parameters that `@trigger` fills from the event that started the run; a field that the event lacks fills nothing."""
    if not isinstance(trigger, dict) or not isinstance(detail, dict):
        return {}
    found = {}
    for mark in flow_decorators(flow_class):
        if mark.name == "trigger":
            for event in _events(mark.arguments):
                if event.get("name") == trigger.get("name"):
                    found.update({name: detail[field] for name, field in _pairs(event.get("parameters")) if field in detail})
    return found


def _events(arguments: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for event in (arguments["event"], *(arguments["events"] or ())):
        if isinstance(event, Mapping):
            yield event


def _pairs(mapping: Any) -> Iterator[tuple[str, str]]:
    """Yield (parameter, field of the event), from a dictionary, or a list of names and pairs."""
    if isinstance(mapping, Mapping):
        yield from ((str(name), str(field)) for name, field in mapping.items())
    elif isinstance(mapping, str):
        yield mapping, mapping
    elif isinstance(mapping, list | tuple):
        for entry in mapping:
            if isinstance(entry, str):
                yield entry, entry
            elif isinstance(entry, list | tuple) and len(entry) == 2:
                yield str(entry[0]), str(entry[1])
