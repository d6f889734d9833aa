"""What makes a flow start by itself, as its decorators say: the same reading for every target."""

from collections.abc import Iterator
from dataclasses import dataclass

from flowc.ir.cron import CronError, parse_cron
from flowc.ir.decorator_signatures import values_of
from flowc.ir.graph import Decorator, FlowGraph
from flowc.ir.values import Value

_MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One event that a flow waits for. fills: parameters of the flow, each with the field of the event that it takes."""

    name: str
    fills: tuple[tuple[str, str], ...] = ()


def cron_text(schedule: Decorator) -> str | None:
    """Return the expression that `@schedule` means, in five fields where it can be said in five, else as written.

    None where it names no time or one that is known at run time only.
    """
    values = values_of(schedule)
    given = values["cron"]
    if given is not None and given != "":
        if not isinstance(given, str):
            return None
        try:
            cron = parse_cron(given)
        except CronError:
            return given
        return _MACROS[cron.macro] if cron.macro else " ".join(cron.fields)
    named = next((macro for macro in ("weekly", "hourly", "daily") if values[macro] is True), None)
    return None if named is None else _MACROS[f"@{named}"]


def zone_of(schedule: Decorator) -> str:
    """Return the time zone of `@schedule`, UTC where it names none."""
    named = schedule.value("timezone")
    return named if isinstance(named, str) and named else "UTC"


def entries_of(decorator: Decorator) -> tuple[Value, ...]:
    """Return the events of `@trigger`, or the flows of `@trigger_on_finish`: names or dictionaries, as written."""
    return tuple(_entries(decorator))


def events_of(decorator: Decorator) -> tuple[Event, ...]:
    """Return the events of `@trigger`; assumes that all of it is known."""
    return tuple(Event(str(_name(entry)), _fills(entry)) for entry in entries_of(decorator))


def flows_of(decorator: Decorator, graph: FlowGraph) -> tuple[str, ...]:
    """Return the deployed names of the flows of `@trigger_on_finish`.

    Of the same project, branch and environment where an entry does not say.
    """
    return tuple(dict.fromkeys(_flow(entry, graph) for entry in entries_of(decorator)))


def _entries(decorator: Decorator) -> Iterator[Value]:
    values = values_of(decorator)
    one, many = ("event", "events") if decorator.name == "trigger" else ("flow", "flows")
    if values[one]:
        yield values[one]
    found = values[many]
    if isinstance(found, list | tuple):
        yield from found
    elif found is not None:
        yield found


def _name(entry: Value) -> Value:
    return entry.get("name") if isinstance(entry, dict) else entry


def _fills(entry: Value) -> tuple[tuple[str, str], ...]:
    """`{"alpha": "a"}`, `["alpha"]` or `[("alpha", "a")]`: parameter, then field."""
    given = entry.get("parameters") if isinstance(entry, dict) else None
    if isinstance(given, dict):
        return tuple((str(name), str(field)) for name, field in given.items())
    found = []
    for item in given if isinstance(given, list | tuple) else ():
        found.append((str(item[0]), str(item[-1])) if isinstance(item, tuple | list) and item else (str(item), str(item)))
    return tuple(found)


def _flow(entry: Value, graph: FlowGraph) -> str:
    parts = str(_name(entry)).split(".")
    own = graph.deployed_name.split(".")[:-1]
    environment = [graph.environment] if graph.environment is not None else []
    if len(parts) > 1:
        return ".".join([*environment, *parts])
    project, branch = own[len(environment) : len(environment) + 1], own[len(environment) + 1 :]
    if isinstance(entry, dict):
        project = [str(entry["project"])] if entry.get("project") else project
        branch = [str(entry["project_branch"])] if entry.get("project_branch") else branch
    return ".".join([*environment, *project, *branch, *parts])
