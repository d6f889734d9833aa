"""`current`: what a step may ask about the run and the task it stands in."""

import os
from collections.abc import Callable, Mapping

from flowc.runtime_shim import contract
from flowc.runtime_shim.cards import CardCollector
from flowc.runtime_shim.typed import Any, NamedTuple


class Parallel(NamedTuple):
    """Where a member of a gang stands: `current.parallel`."""

    main_ip: str
    num_nodes: int
    node_index: int
    control_task_id: str | None


class Current:
    """The object behind `current`. Outside a task every name is None, and what only a task has raises AttributeError."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}
        self._lazy: dict[str, Callable[[], Any]] = {}

    def _set(self, values: Mapping[str, Any], lazy: Mapping[str, Callable[[], Any]]) -> None:
        self._values = dict(values)
        self._lazy = dict(lazy)

    def _clear(self) -> None:
        self._set({}, {})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in self._lazy:
            self._values[name] = self._lazy.pop(name)()
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(f"current has no {name!r} {'in this task' if self._values else 'outside a running task'}") from None

    def __contains__(self, key: str) -> bool:
        return self.get(key) is not None

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value called `key`, or `default` where there is none."""
        return getattr(self, key, default)

    @property
    def is_running_flow(self) -> bool:
        """Whether a task runs in this process."""
        return bool(self._values)

    @property
    def flow_name(self) -> str | None:
        """Name of the flow."""
        return self._values.get("flow_name")

    @property
    def run_id(self) -> str | None:
        """Id of the run."""
        return self._values.get("run_id")

    @property
    def step_name(self) -> str | None:
        """Name of the step."""
        return self._values.get("step_name")

    @property
    def task_id(self) -> str | None:
        """Id of the task: its address in the run, such as `r.3`."""
        return self._values.get("task_id")

    @property
    def pathspec(self) -> str | None:
        """`FLOW/RUN/STEP/TASK`, as the client takes it; FLOW is the deployed name, which says project and branch where there is one."""
        parts = (self._values.get("deployed_name", self.flow_name), self.run_id, self.step_name, self.task_id)
        return None if None in parts else "/".join(str(part) for part in parts)

    @property
    def retry_count(self) -> int | None:
        """How many attempts of this task came before."""
        return self._values.get("retry_count")

    @property
    def origin_run_id(self) -> str | None:
        """The run that this one resumes, None for an ordinary run."""
        return self._values.get("origin_run_id")

    @property
    def namespace(self) -> str | None:
        """`user:NAME`, None where nobody knows who runs this."""
        return self._values.get("namespace")

    @property
    def username(self) -> str | None:
        """Who runs this, None where nobody knows."""
        return self._values.get("username")

    @property
    def tempdir(self) -> str:
        """Where temporary files go: the tmpfs of a pod that has one."""
        return os.environ.get(contract.TEMPDIR) or "."

    @property
    def is_parallel(self) -> bool:
        """Whether the task is a member of a gang."""
        return bool(self._values.get("is_parallel"))

    @property
    def parallel(self) -> Parallel:
        """Where the task stands in its gang; a gang of one outside any."""
        found: Parallel = self._values.get("parallel") or Parallel("127.0.0.1", 1, 0, None)
        return found

    @property
    def card(self) -> CardCollector:
        """Takes what would go on the step's card, and draws nothing."""
        return CardCollector()


current = Current()
