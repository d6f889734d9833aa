"""One step of a run: its tasks, by address."""

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from flowc.client.errors import not_found
from flowc.client.listing import Listing
from flowc.client.node import Node
from flowc.client.pathspec import split_pathspec
from flowc.client.reader import Reader
from flowc.client.task import Task

if TYPE_CHECKING:
    from flowc.client.run import Run


class Step(Node):
    """A step of a run, such as `TrainFlow/RUN/train`. Iterating gives its tasks in the order of their addresses."""

    def __init__(self, pathspec: str, *, root: str | Path | None = None) -> None:
        """Find the step at `FLOW/RUN/STEP`; raises NotFound, and says what there is."""
        found = self._find(Reader(root), split_pathspec(pathspec, least=3, most=3))
        self._reader, self._parts = found._reader, found._parts

    @classmethod
    def _find(cls, reader: Reader, parts: tuple[str, ...]) -> Self:
        step = cls._at(reader, parts)
        if not step._addresses:
            from flowc.client.run import Run

            run = Run._find(reader, parts[:2])
            raise not_found("step", parts[2], run.pathspec, [step.id for step in reversed(run.steps)])
        return step

    @property
    def _addresses(self) -> list[str]:
        flow, run, step = self._parts
        return self._reader.addresses(flow, run, step)

    @cached_property
    def tasks(self) -> Listing[Task]:
        """The tasks in the order of their addresses; `step.tasks()` gives an iterator."""
        return Listing(lambda: [Task._at(self._reader, (*self._parts, at)) for at in self._addresses])

    @property
    def task(self) -> Task:
        """The only task, or the first of several."""
        return self.tasks[0]

    control_task = task

    @property
    def parent_steps(self) -> list["Step"]:
        """The steps that the first task's parents are of."""
        return list(dict.fromkeys(parent.step for parent in self.task.parent_tasks))

    @property
    def child_steps(self) -> list["Step"]:
        """The steps behind that ran; empty where the store has no plan."""
        return [step for step in (Step._at(self._reader, (*self._parts[:2], name)) for name in self.task._behind) if step._addresses]

    @property
    def run(self) -> "Run":
        """The run."""
        from flowc.client.run import Run

        return Run._at(self._reader, self._parts[:2])

    parent = run

    @property
    def tags(self) -> frozenset[str]:
        """The tags of the run."""
        return self.run.tags

    @property
    def created_at(self) -> datetime | None:
        """When the first task, by address, started, in UTC."""
        return self.task.created_at

    @property
    def finished_at(self) -> datetime | None:
        """When the last of the tasks ended, in UTC; reads all their records."""
        times = [task.finished_at for task in self.tasks]
        return max((time for time in times if time is not None), default=None)

    def __getitem__(self, at: str) -> Task:
        return Task._find(self._reader, (*self._parts, str(at)))

    def __contains__(self, at: object) -> bool:
        return at in self._addresses

    def __iter__(self) -> Iterator[Task]:
        return iter(self.tasks)
