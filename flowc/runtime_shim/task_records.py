"""Reading the records of one run: commits and loop exits, a commit once in a process."""

from flowc.runtime_shim.contract import commit_key, exit_key, run_key, task_key
from flowc.runtime_shim.record_size import load_table
from flowc.runtime_shim.records import decode_record, read_data, read_record
from flowc.runtime_shim.stores import Store
from flowc.runtime_shim.typed import Any

MOST_KEPT = 512
"""Records kept as they are; of more of them the bytes are kept, so that a wide join asks for each input once."""
MOST_BYTES = 64 * 1024 * 1024
_LOOK_BACK = 8


class RunRecords:
    """The records of a run, by step and address."""

    def __init__(self, store: Store, flow: str, run: str) -> None:
        self.store = store
        self.flow = flow
        self.run = run
        self._commits: dict[tuple[str, str], dict[str, Any]] = {}
        self._bytes: dict[tuple[str, str], bytes] = {}
        self._room = MOST_BYTES
        self._run: dict[str, Any] | None = None

    def commit(self, step: str, at: str) -> dict[str, Any] | None:
        """Return the commit record that was promised to stand there, or None."""
        found = self._commits.get((step, at))
        if found is None:
            found = self._read(step, at)
            if found is not None:
                if len(self._commits) >= MOST_KEPT:
                    self._commits.clear()
                self._commits[step, at] = found
        return found

    def _read(self, step: str, at: str) -> dict[str, Any] | None:
        key = commit_key(self.flow, self.run, step, at)
        data = self._bytes.get((step, at))
        if data is None:
            data = read_data(self.store, key, wait=True)
            if data is None:
                return None
            if len(data) <= self._room:
                self._room -= len(data)
                self._bytes[step, at] = data
        return load_table(self.store, decode_record(data, key))

    def commit_if_any(self, step: str, at: str) -> dict[str, Any] | None:
        """Return the commit record that may stand there."""
        return read_record(self.store, commit_key(self.flow, self.run, step, at))

    def loop_exit(self, loop: str, at: str) -> dict[str, Any] | None:
        """Return the exit record of a loop that was promised, or None."""
        return read_record(self.store, exit_key(self.flow, self.run, loop, at), wait=True)

    def latest_failure(self, step: str, at: str, attempts: int) -> dict[str, Any] | None:
        """Return the failure record of the latest of so many attempts that left one, None where the last few left none."""
        for number in range(attempts - 1, max(-1, attempts - 1 - _LOOK_BACK), -1):
            found = read_record(self.store, task_key(self.flow, self.run, step, at, f"fail.{number}"))
            if found is not None:
                return found
        return None

    def run_record(self) -> dict[str, Any]:
        """Return the run's own record, empty where there is none."""
        if self._run is None:
            self._run = read_record(self.store, run_key(self.flow, self.run, "_run"), wait=True) or {}
        return self._run
