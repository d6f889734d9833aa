"""One task: a step at an address. Its records are read when they are needed, its artifacts when they are touched."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from flowc.client.artifact import Artifact, Artifacts, ArtifactValues
from flowc.client.attempt import Attempt, TaskException
from flowc.client.code import Code
from flowc.client.errors import not_found
from flowc.client.node import Node
from flowc.client.pathspec import join_pathspec, split_pathspec
from flowc.client.reader import Reader
from flowc.runtime_shim import contract
from flowc.runtime_shim.addresses import parents

if TYPE_CHECKING:
    from flowc.client.run import Run
    from flowc.client.step import Step

TaskStatus = Literal["ok", "caught", "failed", "running"]


class Task(Node):
    """A step at an address, such as `TrainFlow/RUN/train/r.3`."""

    _commit_found: Mapping[str, Any] | None

    def __init__(self, pathspec: str, *, root: str | Path | None = None) -> None:
        """Find the task at `FLOW/RUN/STEP/AT`; raises NotFound, and says what there is."""
        found = self._find(Reader(root), split_pathspec(pathspec, least=4, most=4))
        self._reader, self._parts, self._commit_found = found._reader, found._parts, found._commit_found

    @classmethod
    def _find(cls, reader: Reader, parts: tuple[str, ...]) -> Self:
        task = cls._at(reader, parts)
        if task._commit is None and not task._fails:
            from flowc.client.step import Step

            step = Step._find(reader, parts[:3])
            known = reader.addresses(*parts[:3])
            if parts[3] not in known:
                raise not_found("task", parts[3], step.pathspec, known)
        return task

    # --- records -----------------------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        self._commit_found = None

    @property
    def _commit(self) -> Mapping[str, Any] | None:
        """The commit record; asked for again as long as there is none."""
        if self._commit_found is None:
            self._commit_found = self._reader.record(contract.commit_key(*self._task))
        return self._commit_found

    @property
    def _fails(self) -> list[str]:
        prefix = contract.task_prefix(*self._task)
        return [prefix + name for name in self._reader.task_names(*self._task) if name.startswith("fail.")]

    @property
    def _task(self) -> tuple[str, str, str, str]:
        flow, run, step, at = self._parts
        return flow, run, step, at

    @property
    def _entries(self) -> Mapping[str, contract.Entry]:
        commit = self._commit
        entries: Mapping[str, contract.Entry] = commit["artifacts"] if commit else {}
        return entries

    # --- place -------------------------------------------------------------------------------------------------------------

    @property
    def at(self) -> str:
        """The address: `r` at the top, `.i` per foreach item, `~k` per turn of a loop."""
        return self._parts[3]

    @property
    def index(self) -> int | None:
        """Number of the item of the innermost foreach (or gang) around the task, None outside of any."""
        rest = self.at
        while rest != contract.TOP:
            rest, kind, number = contract.split_at(rest)
            if kind == ".":
                return number
        return None

    @property
    def step(self) -> "Step":
        """The step."""
        from flowc.client.step import Step

        return Step._at(self._reader, self._parts[:3])

    parent = step

    @property
    def run(self) -> "Run":
        """The run."""
        from flowc.client.run import Run

        return Run._at(self._reader, self._parts[:2])

    @property
    def tags(self) -> frozenset[str]:
        """The tags of the run."""
        return self.run.tags

    @property
    def parent_tasks(self) -> list["Task"]:
        """The tasks whose artifacts came in, in the order of `inputs`; empty for the first task and before the commit."""
        commit = self._commit or {}
        inputs = commit.get("inputs") or []
        places = self._items(commit, inputs) if isinstance(inputs, Mapping) else [_place(key) for key in inputs]
        return [Task._at(self._reader, (*self._parts[:2], step, at)) for step, at in places]

    def _items(self, commit: Mapping[str, Any], inputs: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Where the items of a foreach ended: computed where all end in the same step outside of any loop, else followed by the records."""
        plan = self._reader.plan(self._parts[0], commit.get("code"))
        if plan is not None:
            last = [place for place in plan["steps"].values() if self._parts[2] in place["next"]]
            if len(last) > 1 or any(place["loops"] for place in last):
                flow, run, step, at = self._task
                found = parents(
                    plan,
                    step,
                    at,
                    lambda step, at: self._reader.record(contract.commit_key(flow, run, step, at)),
                    lambda loop, at: self._reader.record(contract.exit_key(flow, run, loop, at)),
                )
                return [(str(record["step"]), str(record["at"])) for record in found.records]
        return [(str(inputs["each"]), contract.item_at(str(inputs["at"]), number)) for number in range(int(inputs["count"]))]

    @property
    def child_tasks(self) -> list["Task"]:
        """The tasks that this one's artifacts went to. Reads the records of the steps behind; empty where the store has no plan."""
        from flowc.client.step import Step

        steps = [Step._at(self._reader, (*self._parts[:2], name)) for name in self._behind]
        return [task for step in steps for task in step.tasks if self in task.parent_tasks]

    @property
    def _behind(self) -> list[str]:
        """Names of the steps that the step goes on to; empty where the store has no plan."""
        commit = self._commit or {}
        plan = self._reader.plan(self._parts[0], commit.get("code"))
        return plan["steps"][self._parts[2]]["next"] if plan is not None and self._parts[2] in plan["steps"] else []

    @property
    def origin_pathspec(self) -> str | None:
        """The task that this one is a copy of, in a resumed run."""
        origin = (self._commit or {}).get("origin")
        if not origin:
            return None
        return join_pathspec((self._parts[0], str(origin), *self._parts[2:])) if "/" not in str(origin) else str(origin)

    # --- what happened -------------------------------------------------------------------------------------------------------

    @property
    def status(self) -> TaskStatus:
        """`ok`, `caught` by `@catch`, `failed` so far (a retry may follow), `running` where no record tells."""
        commit = self._commit
        if commit is not None:
            return "caught" if commit.get("status") == "caught" else "ok"
        return "failed" if self._fails else "running"

    @property
    def successful(self) -> bool:
        """Whether the task committed, caught ones included."""
        return self._commit is not None

    @property
    def finished(self) -> bool:
        """Whether the task committed, or its latest attempt failed."""
        return self.status != "running"

    @property
    def attempts(self) -> list[Attempt]:
        """The attempts that left a record, oldest first; the last one is the one that committed, if any did."""
        flow = self._parts[0]
        records = [record for key in self._fails if (record := self._reader.record(key)) is not None]
        failed = [Attempt(self._reader, flow, record, committed=False) for record in records]
        failed.sort(key=lambda attempt: (attempt.number, attempt.finished_at is not None and attempt.finished_at.timestamp()))
        commit = self._commit
        return [*failed, Attempt(self._reader, flow, commit, committed=True)] if commit is not None else failed

    @property
    def _latest(self) -> Attempt | None:
        commit = self._commit
        if commit is not None:
            return Attempt(self._reader, self._parts[0], commit, committed=True)
        return next(reversed(self.attempts), None)

    @property
    def current_attempt(self) -> int:
        """Number of the latest attempt that left a record."""
        latest = self._latest
        return latest.number if latest else 0

    @property
    def created_at(self) -> datetime | None:
        """When the latest attempt started, in UTC."""
        latest = self._latest
        return latest.started_at if latest else None

    @property
    def finished_at(self) -> datetime | None:
        """When the latest attempt ended, in UTC."""
        latest = self._latest
        return latest.finished_at if latest else None

    @property
    def duration(self) -> float | None:
        """Seconds that the latest attempt took."""
        latest = self._latest
        return latest.duration if latest else None

    @property
    def exception(self) -> TaskException | None:
        """What the latest attempt raised, None where it raised nothing."""
        latest = self._latest
        return latest.exception if latest else None

    @property
    def log(self) -> str:
        """What the latest attempt printed, standard output and error in the order they came."""
        latest = self._latest
        return latest.log if latest else ""

    @property
    def stdout(self) -> str:
        """The log: standard output and error are kept as one stream, so that their order is."""
        return self.log

    @property
    def stderr(self) -> str:
        """The log, as `stdout`."""
        return self.log

    @property
    def engine(self) -> Mapping[str, Any]:
        """What the engine calls the latest attempt: its `name` and ids."""
        latest = self._latest
        return latest.engine if latest else {}

    @property
    def metadata_dict(self) -> dict[str, Any]:
        """What the engine calls the latest attempt, and where the code came from."""
        latest = self._latest
        if latest is None:
            return {}
        return {**latest.engine, "attempt": latest.number, "code": latest._record.get("code")}

    def loglines(self, stream: str = "stdout") -> Iterator[tuple[None, str]]:
        """Return an iterator over the lines of the log, as Metaflow's (time, line); times of lines are not kept."""
        return ((None, line) for line in self.log.splitlines())

    @property
    def runtime_name(self) -> str | None:
        """The engine that ran it."""
        return self.engine.get("name")

    @property
    def code(self) -> Code | None:
        """The code package that the task ran."""
        digest = (self._commit or {}).get("code")
        return Code(self._parts[0], str(digest), self._reader) if digest else None

    # --- artifacts -------------------------------------------------------------------------------------------------------------

    @cached_property
    def data(self) -> ArtifactValues:
        """The values of the artifacts: `task.data.x` loads `x` when it is read."""
        return ArtifactValues(self)

    @property
    def artifacts(self) -> Artifacts:
        """The artifacts: `task.artifacts.x.size`."""
        return Artifacts(self)

    def __getitem__(self, name: str) -> Artifact:
        if name not in self._entries:
            raise not_found("artifact", name, self.pathspec, [known for known in self._entries if not known.startswith("_")])
        return Artifact._of(self._reader, (*self._parts, name), self._entries[name])

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[Artifact]:
        return (self[name] for name in sorted(self._entries) if not name.startswith("_"))


def _place(key: str) -> tuple[str, str]:
    """(step, address) of the task whose commit stands under `key`."""
    step, at, _ = key.split("/")[-3:]
    return contract.from_component(step), contract.from_component(at)
