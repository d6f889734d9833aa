"""One run: its steps, its verdict, its tags, what it was given and what it left."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from flowc.client.artifact import ArtifactValues
from flowc.client.attempt import moment
from flowc.client.code import Code
from flowc.client.errors import not_found
from flowc.client.listing import Listing
from flowc.client.node import Node
from flowc.client.parameters import Parameters
from flowc.client.pathspec import join_pathspec, split_pathspec
from flowc.client.reader import Reader
from flowc.client.step import Step
from flowc.client.tags import change_tags, current_tags
from flowc.client.task import Task
from flowc.runtime_shim import contract
from flowc.runtime_shim.events import Trigger, trigger_from

if TYPE_CHECKING:
    from flowc.client.flow import Flow

RunStatus = Literal["succeeded", "failed", "stopped", "running or lost"]
_LONG_AGO = datetime.fromtimestamp(0, UTC)


class Run(Node):
    """A run, such as `TrainFlow/RUN`. Iterating gives its steps, the latest first."""

    _began_found: Mapping[str, Any]

    def __init__(self, pathspec: str, *, root: str | Path | None = None) -> None:
        """Find the run at `FLOW/RUN`; raises NotFound, and says what there is."""
        found = self._find(Reader(root), split_pathspec(pathspec, least=2, most=2))
        self._reader, self._parts, self._began_found = found._reader, found._parts, found._began_found

    @classmethod
    def _find(cls, reader: Reader, parts: tuple[str, ...]) -> Self:
        run = cls._at(reader, parts)
        if not run._began and parts[1] not in reader.runs(parts[0]):
            from flowc.client.flow import Flow

            flow = Flow._find(reader, parts[:1])
            raise not_found("run", parts[1], flow.pathspec, [run.id for run in flow])
        return run

    # --- records -----------------------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        self._began_found = {}

    @property
    def _began(self) -> Mapping[str, Any]:
        if not self._began_found:
            self._began_found = self._reader.record(contract.run_key(*self._run, "_run")) or {}
        return self._began_found

    @property
    def _ended(self) -> Mapping[str, Any]:
        return self._reader.record(contract.run_key(*self._run, "_end")) or {}

    @property
    def _run(self) -> tuple[str, str]:
        flow, run = self._parts
        return flow, run

    # --- verdict -----------------------------------------------------------------------------------------------------------

    @property
    def status(self) -> RunStatus:
        """`succeeded`, `failed`, `stopped`; `running or lost` where no record tells: `last_record_at` says since when.

        A committed end step means succeeded, whatever was recorded before a scheduler tried again.
        """
        found = self._ended.get("status")
        if found != "succeeded" and self.end_task is not None:
            return "succeeded"
        if found in ("succeeded", "failed", "stopped"):
            return found  # type: ignore[no-any-return]  # one of the literals, as just seen
        return "running or lost"

    @property
    def successful(self) -> bool:
        """Whether the run succeeded."""
        return self.status == "succeeded"

    @property
    def finished(self) -> bool:
        """Whether the run is known to be over."""
        return self.status != "running or lost"

    @property
    def created_at(self) -> datetime | None:
        """When the run began, in UTC: a run whose first task never reached user code, when that task did."""
        if self._began:
            return moment(self._began, "start")
        times = [step.created_at for step in self._unordered_steps]
        return min((time for time in times if time is not None), default=moment(self._ended, "end"))

    @property
    def finished_at(self) -> datetime | None:
        """When the run ended, in UTC; None where it is not known to be over."""
        ended = moment(self._ended, "end")
        if ended is not None and self.status == self._ended.get("status"):
            return ended
        end = self.end_task
        return end.finished_at if end is not None else None

    @property
    def last_record_at(self) -> datetime | None:
        """The latest time in any record of the run, in UTC. Reads them all."""
        times = [self.created_at, moment(self._ended, "end"), *(step.finished_at for step in self.steps)]
        return max((time for time in times if time is not None), default=None)

    @property
    def duration(self) -> float | None:
        """Seconds from the beginning to the end; None where the run is not known to be over."""
        began, ended = self.created_at, self.finished_at
        return (ended - began).total_seconds() if began and ended else None

    # --- parts ---------------------------------------------------------------------------------------------------------------

    @property
    def flow(self) -> "Flow":
        """The flow."""
        from flowc.client.flow import Flow

        return Flow._at(self._reader, self._parts[:1])

    parent = flow

    @property
    def steps(self) -> Listing[Step]:
        """The steps that left records, the latest first; `run.steps()` gives an iterator."""
        return Listing(self._latest_steps_first)

    @property
    def _unordered_steps(self) -> list[Step]:
        steps = [Step._at(self._reader, (*self._parts, name)) for name in self._reader.steps(*self._run)]
        return [step for step in steps if step._addresses]

    def _latest_steps_first(self) -> list[Step]:
        dated = [(step.created_at or _LONG_AGO, step.id, step) for step in self._unordered_steps]
        return [step for *_, step in sorted(dated, key=lambda found: found[:2], reverse=True)]

    @property
    def end_task(self) -> Task | None:
        """The task of the end step, None where it has not committed."""
        plan = self._reader.plan(self._parts[0], self._began.get("code"))
        task = Task._at(self._reader, (*self._parts, plan["end"] if plan else "end", contract.TOP))
        return task if task.successful else None

    @property
    def data(self) -> ArtifactValues | None:
        """The values of the end step's artifacts, `run.data.x`; None where the end step has not committed."""
        end = self.end_task
        return end.data if end is not None else None

    @property
    def parameters(self) -> Parameters:
        """The parameters of the run by name: a mapping that loads a value when it is read."""
        return Parameters(self._reader, self._run, self._began)

    @property
    def given(self) -> Mapping[str, Any]:
        """The parameters by name as the record of the run has them; nothing is loaded."""
        return dict(self._began.get("parameters") or {})

    @property
    def code(self) -> Code | None:
        """The code package of the run."""
        digest = self._began.get("code")
        return Code(self._parts[0], str(digest), self._reader) if digest else None

    @property
    def engine(self) -> str | None:
        """The engine that ran it: `local`, `airflow`, …"""
        name = (self._began.get("engine") or {}).get("name")
        return str(name) if name else None

    @property
    def origin_pathspec(self) -> str | None:
        """The run that this one resumed, None for a run from scratch."""
        found = self._began.get("origin")
        return join_pathspec((self._parts[0], str(found))) if found else None

    @property
    def trigger(self) -> Trigger | None:
        """The events that started the run, None where it was started by hand."""
        return trigger_from(self._began.get("trigger"))

    # --- tags ------------------------------------------------------------------------------------------------------------------

    @property
    def tags(self) -> frozenset[str]:
        """The tags: those given when the run started, with what was added and removed since."""
        return current_tags(self._reader, *self._run, self._began.get("tags") or ())

    def add_tag(self, tag: str) -> None:
        """Add a tag; one that is on already stays."""
        change_tags(self._reader, *self._run, add=[tag])

    def add_tags(self, tags: Iterable[str]) -> None:
        """Add tags."""
        change_tags(self._reader, *self._run, add=list(tags))

    def remove_tag(self, tag: str) -> None:
        """Remove a tag; one that is not on is fine."""
        change_tags(self._reader, *self._run, remove=[tag])

    def remove_tags(self, tags: Iterable[str]) -> None:
        """Remove tags."""
        change_tags(self._reader, *self._run, remove=list(tags))

    def replace_tag(self, old: str, new: str) -> None:
        """Remove `old` and add `new`, in one step."""
        change_tags(self._reader, *self._run, add=[new], remove=[old])

    def replace_tags(self, old: Iterable[str], new: Iterable[str]) -> None:
        """Remove and add tags, in one step."""
        change_tags(self._reader, *self._run, add=list(new), remove=list(old))

    def __getitem__(self, step: str) -> Step:
        return Step._find(self._reader, (*self._parts, step))

    def __contains__(self, step: object) -> bool:
        return isinstance(step, str) and bool(Step._at(self._reader, (*self._parts, step))._addresses)

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)
