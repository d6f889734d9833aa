"""`current.trigger`: the events that started a run, as the engine handed them over."""

import json
from collections.abc import Iterator, Mapping

from flowc.runtime_shim.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime


class MetaflowEvent(NamedTuple):
    """One event. `type` is `event` or `run`; the id of a run is its pathspec."""

    name: str
    id: str
    timestamp: "datetime | None"
    type: str


class Trigger:
    """The events behind a run, the latest first."""

    def __init__(self, events: list[Mapping[str, Any]]) -> None:
        ordered = sorted(events, key=lambda event: event.get("timestamp") or 0, reverse=True)
        self._events = [
            MetaflowEvent(
                str(event.get("name", "")), str(event.get("id", "")), _time(event.get("timestamp")), str(event.get("type", "event"))
            )
            for event in ordered
        ]

    @property
    def event(self) -> MetaflowEvent | None:
        """The latest event."""
        return self._events[0] if self._events else None

    @property
    def events(self) -> list[MetaflowEvent] | None:
        """All events, None where there is none."""
        return list(self._events) or None

    def __getitem__(self, key: str) -> MetaflowEvent:
        for event in self._events:
            if event.name == key or (event.type == "run" and event.id.split("/")[0] == key):
                return event
        raise KeyError(key)

    def __iter__(self) -> Iterator[MetaflowEvent]:
        return iter(self._events)

    def __contains__(self, key: str) -> bool:
        return any(event.name == key or (event.type == "run" and event.id.split("/")[0] == key) for event in self._events)


def trigger_from(text: str | None) -> Trigger | None:
    """Return the Trigger that `text` (JSON: one event or a list of them) describes; None for none."""
    if not text:
        return None
    found = json.loads(text)
    return Trigger(found if isinstance(found, list) else [found])


def _time(value: Any) -> "datetime | None":
    from datetime import UTC, datetime

    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    return datetime.fromisoformat(value) if isinstance(value, str) else None
