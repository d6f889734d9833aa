"""A started engine with flows deployed into it, for the tests under tests/conformance/argo."""

import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.flows import REPO
from support.local_run import Trace, read_trace

from flowc.runtime_shim.contract import commit_key
from flowc.runtime_shim.records import decode_record
from flowc.runtime_shim.stores import open_store

sys.path.insert(0, str(REPO / "tests/engines/argo"))
from argo_cluster import NODE_ID as NODE_ID
from argo_cluster import Cluster
from argo_engine import Engine, running_engine
from argo_processes import EngineFailed as EngineFailed

PATIENCE_SECONDS = 1200
"""Most that a run may take: a fraction of it where nothing else uses the cores."""


@dataclass(slots=True)
class RunningArgo:
    """The engine, what its API server is asked, and the run of each case."""

    engine: Engine
    cluster: Cluster
    run_ids: dict[str, str] = field(default_factory=dict)

    @property
    def root(self) -> str:
        """The store: the same text in a pod and here."""
        return self.engine.store.as_uri()

    def admit(self, files: Sequence[Path]) -> None:
        """Have the API server check files by the full CRDs, unknown fields included; raises EngineFailed with what it says."""
        given = [word for path in files for word in ("-f", path)]
        self.engine.kubectl("apply", "--server-side", "--dry-run=server", "--validate=strict", *given)

    def make_folder(self, name: str) -> Path:
        """An empty folder that steps write to, at the same path in every pod."""
        folder = self.engine.store / "_scratch" / name
        folder.mkdir(parents=True)
        return folder

    def trace(self, path: Path, flow: str, run: str) -> Trace:
        """What a run left in the store."""
        return read_trace(self.root, flow, run, path.parent)

    def record(self, flow: str, run: str, step: str, at: str) -> Mapping[str, Any]:
        """The commit record of a task."""
        key = commit_key(flow, run, step, at)
        data = open_store(self.root).get(key)
        assert data is not None, key
        return decode_record(data, key)

    def wait_until(self, what: str, probe: Any) -> Any:
        """Return what `probe` gives once it is true."""
        return self.engine.tree.until(what, PATIENCE_SECONDS, probe)


@contextlib.contextmanager
def running_argo(folder: Path) -> Iterator[RunningArgo]:
    """A started engine in `folder`; its network has to be entered to ask it anything."""
    with running_engine(folder) as engine:
        yield RunningArgo(engine, Cluster(engine))
