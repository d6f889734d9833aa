"""When a flow runs by itself: `@schedule`, `@trigger` and `@trigger_on_finish` as a cron expression and as assets.

Each decorator is a reason of its own to start. Within one decorator a list means that all of it has to have happened, as in Metaflow.
"""

from urllib.parse import quote

from flowc.backends.airflow.model import Schedule
from flowc.backends.starts import cron_text, events_of, flows_of, zone_of
from flowc.ir.graph import FlowGraph


def schedule_of(graph: FlowGraph) -> Schedule | None:
    """Return when the flow runs by itself, None where it does not. Assumes values that `check_events` has passed."""
    cron, zone = None, "UTC"
    schedule = graph.decorator("schedule")
    if schedule is not None:
        cron, zone = cron_text(schedule), zone_of(schedule)
    trigger, finish = graph.decorator("trigger"), graph.decorator("trigger_on_finish")
    events = () if trigger is None else (event_asset(event.name) for event in events_of(trigger))
    flows = () if finish is None else (finished_asset(flow) for flow in flows_of(finish, graph))
    reasons = [tuple(dict.fromkeys(events)), tuple(dict.fromkeys(flows))]
    if cron is None and not any(reasons):
        return None
    return Schedule(cron=cron, timezone=zone, assets=tuple(reason for reason in reasons if reason))


def event_asset(name: str) -> str:
    """Return the asset that stands for an event: whoever sends the event updates it."""
    return f"x-flowc://event/{quote(name, safe='')}"


def finished_asset(flow: str) -> str:
    """Return the asset that the last step of a flow (by its deployed name) updates."""
    return f"x-flowc://flow/{quote(flow, safe='')}/finished"
