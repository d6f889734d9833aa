"""Reading the records of one run: commits and loop exits, a commit once in a process."""

from flowc.runtime_shim.contract import commit_key, exit_key, run_key, task_prefix
from flowc.runtime_shim.records import read_record
from flowc.runtime_shim.stores import Store
from flowc.runtime_shim.typed import Any

MOST_KEPT = 4096
"""A join of more inputs reads some of their records again."""


class RunRecords:
    """The records of a run, by step and address."""

    def __init__(self, store: Store, flow: str, run: str) -> None:
        self.store = store
        self.flow = flow
        self.run = run
        self._commits: dict[tuple[str, str], dict[str, Any]] = {}
        self._run: dict[str, Any] | None = None

    def commit(self, step: str, at: str) -> dict[str, Any] | None:
        """Return the commit record that was promised to stand there, or None."""
        found = self._commits.get((step, at))
        if found is None:
            found = read_record(self.store, commit_key(self.flow, self.run, step, at), wait=True)
            if found is not None:
                if len(self._commits) >= MOST_KEPT:
                    del self._commits[next(iter(self._commits))]
                self._commits[step, at] = found
        return found

    def commit_if_any(self, step: str, at: str) -> dict[str, Any] | None:
        """Return the commit record that may stand there."""
        return read_record(self.store, commit_key(self.flow, self.run, step, at))

    def loop_exit(self, loop: str, at: str) -> dict[str, Any] | None:
        """Return the exit record of a loop that was promised, or None."""
        return read_record(self.store, exit_key(self.flow, self.run, loop, at), wait=True)

    def latest_failure(self, step: str, at: str) -> dict[str, Any] | None:
        """Return the failure record of the latest attempt that left one, or None."""
        prefix = task_prefix(self.flow, self.run, step, at)
        names = [name for name in self.store.list(prefix) if name.startswith("fail.")]
        found = [record for name in names if (record := read_record(self.store, prefix + name)) is not None]
        return max(found, key=lambda record: (record["attempt"], record["time"]["end"]), default=None)

    def run_record(self) -> dict[str, Any]:
        """Return the run's own record, empty where there is none."""
        if self._run is None:
            self._run = read_record(self.store, run_key(self.flow, self.run, "_run"), wait=True) or {}
        return self._run
