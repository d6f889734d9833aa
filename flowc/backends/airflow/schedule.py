"""When a flow runs by itself: `@schedule`, `@trigger` and `@trigger_on_finish` as a cron expression and as assets.

Each decorator is a reason of its own to start. Within one decorator a list means that all of it has to have happened, as in Metaflow.
"""

from collections.abc import Iterator
from urllib.parse import quote

from flowc.backends.airflow.model import Schedule
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


def schedule_of(graph: FlowGraph) -> Schedule | None:
    """Return when the flow runs by itself, None where it does not. Assumes values that `check_events` has passed."""
    cron, zone = None, "UTC"
    schedule = graph.decorator("schedule")
    if schedule is not None:
        cron = cron_of(schedule)
        named = schedule.value("timezone")
        zone = named if isinstance(named, str) and named else zone
    reasons = []
    for name, uri in (("trigger", event_asset), ("trigger_on_finish", None)):
        decorator = graph.decorator(name)
        if decorator is not None:
            entries = entries_of(decorator)
            reasons.append(
                tuple(dict.fromkeys(uri(str(name_of(entry))) if uri else finished_asset(_flow(entry, graph)) for entry in entries))
            )
    if cron is None and not any(reasons):
        return None
    return Schedule(cron=cron, timezone=zone, assets=tuple(reason for reason in reasons if reason))


def cron_of(schedule: Decorator) -> str | None:
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


def entries_of(decorator: Decorator) -> tuple[Value, ...]:
    """Return the events of `@trigger`, or the flows of `@trigger_on_finish`: names or dictionaries, as written."""
    return tuple(_entries(decorator))


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


def name_of(entry: Value) -> Value:
    """Return the name in an entry."""
    return entry.get("name") if isinstance(entry, dict) else entry


def _flow(entry: Value, graph: FlowGraph) -> str:
    """The deployed name of the flow that an entry names: of the same project, branch and environment where it does not say."""
    parts = str(name_of(entry)).split(".")
    own = graph.deployed_name.split(".")[:-1]
    environment = [graph.environment] if graph.environment is not None else []
    if len(parts) > 1:
        return ".".join([*environment, *parts])
    project, branch = own[len(environment) : len(environment) + 1], own[len(environment) + 1 :]
    if isinstance(entry, dict):
        project = [str(entry["project"])] if entry.get("project") else project
        branch = [str(entry["project_branch"])] if entry.get("project_branch") else branch
    return ".".join([*environment, *project, *branch, *parts])


def event_asset(name: str) -> str:
    """Return the asset that stands for an event: whoever sends the event updates it."""
    return f"x-flowc://event/{quote(name, safe='')}"


def finished_asset(flow: str) -> str:
    """Return the asset that the last step of a flow (by its deployed name) updates."""
    return f"x-flowc://flow/{quote(flow, safe='')}/finished"
