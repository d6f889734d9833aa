"""One attempt of a task, as its record tells it: how it ended, when, what it printed, what it raised."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from flowc.client.errors import ArtifactError
from flowc.client.reader import Reader
from flowc.runtime_shim import values

AttemptStatus = Literal["ok", "caught", "failed"]


@dataclass(frozen=True, slots=True)
class TaskException:
    """What a step raised. `type` is the class's full name; `str()` is the traceback where there is one."""

    type: str
    message: str
    traceback: str

    def __str__(self) -> str:
        return self.traceback or f"{self.type}: {self.message}"


class Attempt:
    """One attempt that left a record: the one that committed, or one that failed. A killed container leaves none."""

    def __init__(self, reader: Reader, flow: str, record: Mapping[str, Any], *, committed: bool) -> None:
        self._reader = reader
        self._flow = flow
        self._record = record
        self._committed = committed

    @property
    def number(self) -> int:
        """0 for the first attempt, as in `current.retry_count`."""
        return int(self._record.get("attempt", 0))

    @property
    def status(self) -> AttemptStatus:
        """`ok`, `caught` (by `@catch`) or `failed`."""
        if not self._committed:
            return "failed"
        return "caught" if self._record.get("status") == "caught" else "ok"

    @property
    def started_at(self) -> datetime | None:
        """When it started, in UTC."""
        return moment(self._record, "start")

    @property
    def finished_at(self) -> datetime | None:
        """When it ended, in UTC."""
        return moment(self._record, "end")

    @property
    def duration(self) -> float | None:
        """Seconds that it took."""
        started, ended = self.started_at, self.finished_at
        return (ended - started).total_seconds() if started and ended else None

    @property
    def exception(self) -> TaskException | None:
        """What it raised, None where it raised nothing."""
        found = self._record.get("exception")
        if not found:
            return None
        return TaskException(*(str(found.get(name) or "") for name in ("type", "message", "traceback")))

    @property
    def log(self) -> str:
        """What it printed, standard output and error in the order they came; empty where nothing was kept."""
        entry = self._record.get("log")
        if not entry:
            return ""
        if entry["codec"] != "bytes":
            raise ArtifactError(f"the log of an attempt has the codec {entry['codec']!r}: a log is bytes, and nothing else is loaded")
        data: bytes = values.load_value(self._reader.store, self._flow, entry)
        return data.decode("utf-8", "replace")

    @property
    def engine(self) -> Mapping[str, Any]:
        """What the engine calls the attempt: its name and its ids."""
        return dict(self._record.get("engine") or {})

    def __repr__(self) -> str:
        return f"Attempt({self.number}, {self.status!r})"


def moment(record: Mapping[str, Any] | None, name: str) -> datetime | None:
    """Return a time of a record, in UTC, or None where the record does not say."""
    times = (record or {}).get("time") or {}
    value = times.get(name)
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    return datetime.fromisoformat(value).astimezone(UTC) if isinstance(value, str) else None
