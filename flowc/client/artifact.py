"""One artifact of a task: what the record says of it, and its value when asked for."""

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flowc.client.errors import ArtifactError, not_found
from flowc.client.node import Node
from flowc.client.pathspec import split_pathspec
from flowc.client.reader import Reader
from flowc.runtime_shim import codecs, contract, values

if TYPE_CHECKING:
    from flowc.client.task import Task


class Artifact(Node):
    """A named value that a task left. Only `data` fetches and unpickles it."""

    _entry: contract.Entry

    def __init__(self, pathspec: str, *, root: str | Path | None = None) -> None:
        """Find the artifact at `FLOW/RUN/STEP/AT/NAME`; raises NotFound."""
        from flowc.client.task import Task

        parts = split_pathspec(pathspec, least=5)
        task = Task._find(Reader(root), parts[:4])
        if parts[4] not in task._entries:
            raise not_found("artifact", parts[4], task.pathspec, task._entries)
        self._reader, self._parts = task._reader, parts
        self._entry = task._entries[parts[4]]

    @classmethod
    def _of(cls, reader: Reader, parts: tuple[str, ...], entry: contract.Entry) -> "Artifact":
        made = cls._at(reader, parts)
        made._entry = entry
        return made

    @property
    def name(self) -> str:
        """The attribute's name in the flow."""
        return self._parts[4]

    @property
    def type(self) -> str:
        """The type's name, such as `pandas.core.frame.DataFrame`; nothing is loaded."""
        return self._entry["type"]

    @property
    def size(self) -> int:
        """Size as stored, in bytes."""
        return self._entry["size"]

    @property
    def identity(self) -> str:
        """What two artifacts share when they are the same: codec and digests."""
        codec, digests = contract.identity(self._entry)
        return ":".join((codec, *digests))

    sha = identity

    @property
    def task(self) -> "Task":
        """The task that holds it."""
        from flowc.client.task import Task

        return Task._at(self._reader, self._parts[:4])

    parent = task

    @property
    def tags(self) -> frozenset[str]:
        """The tags of the run."""
        return self.task.tags

    @property
    def created_at(self) -> datetime | None:
        """When the task that left it ended, in UTC."""
        return self.task.finished_at

    finished_at = created_at

    @cached_property
    def data(self) -> Any:
        """The value, loaded once. Raises ArtifactError where it does not load here, and says what to do."""
        try:
            return values.load_value(self._reader.store, self._parts[0], self._entry)
        except codecs.ArtifactError as error:
            raise self._explained(error) from error

    def _explained(self, error: codecs.ArtifactError) -> ArtifactError:
        cause = error.__cause__
        if isinstance(cause, ModuleNotFoundError) and cause.name:
            return ArtifactError(
                f"artifact {self.pathspec} is a {self.type} and needs module {cause.name!r}, which cannot be imported here",
                help=f"run from the folder of the project, or install what provides {cause.name!r}",
            )
        if isinstance(cause, AttributeError | ImportError):
            return ArtifactError(
                f"artifact {self.pathspec} is a {self.type} whose class is not found here: {cause}",
                help="use the code that the run used: run.code.extract(FOLDER) unpacks it",
            )
        return ArtifactError(f"artifact {self.pathspec}: {error}")


class Artifacts:
    """The artifacts of a task by name: `task.artifacts.x`, `task.artifacts["x"]`. Iterating hides names that begin with an underscore."""

    def __init__(self, task: "Task") -> None:
        self.__task = task

    def __getitem__(self, name: str) -> Artifact:
        return self.__task[name]

    def __getattr__(self, name: str) -> Artifact:
        if name.startswith("_Artifacts__"):
            raise AttributeError(name)
        if name not in self.__task._entries:
            raise AttributeError(f"{self.__task.pathspec} has no artifact {name!r}")
        return self.__task[name]

    def __contains__(self, name: object) -> bool:
        return name in self.__task._entries

    def __iter__(self) -> Iterator[Artifact]:
        return iter(self.__task)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __dir__(self) -> list[str]:
        return [artifact.name for artifact in self]

    def __repr__(self) -> str:
        return f"<artifacts of {self.__task.pathspec}: {', '.join(dir(self)) or 'none'}>"


class ArtifactValues:
    """The values of a task's artifacts: `task.data.x` loads `x` when it is read, once."""

    def __init__(self, task: "Task") -> None:
        self.__task = task
        self.__loaded: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_ArtifactValues__"):
            raise AttributeError(name)
        if name not in self.__loaded:
            if name not in self.__task._entries:
                choices = ", ".join(artifact.name for artifact in self.__task)
                raise AttributeError(f"{self.__task.pathspec} has no artifact {name!r}; it has: {choices or 'none'}")
            self.__loaded[name] = self.__task[name].data
        return self.__loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in self.__task._entries

    def __dir__(self) -> list[str]:
        return [artifact.name for artifact in self.__task]

    def __repr__(self) -> str:
        return f"<values of {self.__task.pathspec}: {', '.join(dir(self)) or 'none'}>"
