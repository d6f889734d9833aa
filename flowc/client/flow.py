"""A flow in a store: its runs, the newest first."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from flowc.client.errors import NotFound, not_found
from flowc.client.listing import Listing
from flowc.client.node import Node
from flowc.client.pathspec import split_pathspec
from flowc.client.reader import Reader
from flowc.client.run import Run

_LONG_AGO = datetime.fromtimestamp(0, UTC)


class Flow(Node):
    """A flow by its deployed name, such as `TrainFlow` or `project.branch.TrainFlow`. Iterating gives its runs, the newest first."""

    def __init__(self, name: str, *, root: str | Path | None = None) -> None:
        """Find the flow `name` in the store at `root`; raises NotFound, and says what there is."""
        found = self._find(Reader(root), split_pathspec(name, most=1))
        self._reader, self._parts = found._reader, found._parts

    @classmethod
    def _find(cls, reader: Reader, parts: tuple[str, ...]) -> Self:
        flow = cls._at(reader, parts)
        if not reader.runs(parts[0]):
            if parts[0] in reader.flows():
                raise NotFound(f"flow {parts[0]} has no run in {reader.root}", help="it was deployed there, and has not begun a run")
            raise not_found("flow", parts[0], reader.root, reader.flows())
        return flow

    @property
    def name(self) -> str:
        """The deployed name."""
        return self.id

    @property
    def created_at(self) -> datetime | None:
        """When its oldest run began, in UTC."""
        return self.runs[-1].created_at if self.runs else None

    @property
    def runs(self) -> Listing[Run]:
        """The runs, the newest first; `flow.runs("tag")` gives an iterator over those with the tag."""
        return Listing(self._newest_first)

    def _newest_first(self) -> list[Run]:
        runs = [Run._at(self._reader, (*self._parts, name)) for name in self._reader.runs(self._parts[0])]
        return sorted(runs, key=lambda run: (run.created_at or _LONG_AGO, run.id), reverse=True)

    @property
    def latest_run(self) -> Run | None:
        """The newest run, however it ended; None where there is none."""
        return next(iter(self.runs), None)

    @property
    def latest_successful_run(self) -> Run | None:
        """The newest run that succeeded; None where there is none."""
        return next((run for run in self.runs if run.successful), None)

    def __getitem__(self, run: str) -> Run:
        return Run._find(self._reader, (*self._parts, str(run)))

    def __contains__(self, run: object) -> bool:
        return run in self._reader.runs(self._parts[0])

    def __iter__(self) -> Iterator[Run]:
        return iter(self.runs)


class Metaflow:
    """All flows of a store."""

    def __init__(self, *, root: str | Path | None = None) -> None:
        self._reader = Reader(root)

    @property
    def flows(self) -> list[Flow]:
        """The flows, by name."""
        return [Flow._at(self._reader, (name,)) for name in self._reader.flows()]

    def __iter__(self) -> Iterator[Flow]:
        return iter(self.flows)

    def __getitem__(self, name: str) -> Flow:
        return Flow._find(self._reader, (name,))


def namespace(name: str | None) -> str | None:
    """Return `name`: there are no namespaces here, every run is seen by everybody who can read the store."""
    return name


def get_namespace() -> str | None:
    """Return None: see `namespace`."""
    return None


def default_namespace() -> str | None:
    """Return None: see `namespace`."""
    return None
