"""Asks a store: names by LIST, records one by one, the plan out of the code package. Nothing here unpickles."""

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flowc.client.errors import NotFound
from flowc.client.root import as_root, default_root
from flowc.runtime_shim import contract
from flowc.runtime_shim.records import read_record
from flowc.runtime_shim.stores import Store, open_store
from flowc.runtime_shim.stores.pauses import PATIENCE

_PLAN_NAME = "plan.json"
_PATIENCE = 20.0
"""Seconds for which a person is let wait for a store out of reach; a task waits longer."""


class Reader:
    """One store, as the client sees it. `root` is a URL or a path; None: what `default_root` says."""

    def __init__(self, root: str | Path | None = None) -> None:
        chosen = as_root(str(root)) if root is not None else as_root(default_root())
        self.store: Store = open_store(chosen, patience=min(_PATIENCE, PATIENCE))
        self._plans: dict[tuple[str, str], contract.Plan | None] = {}

    @property
    def root(self) -> str:
        """The URL of the store."""
        return self.store.url

    def flows(self) -> list[str]:
        """Return the deployed names in the store."""
        return [contract.from_component(name) for name in self._names("") if not name.startswith("_")]

    def runs(self, flow: str) -> list[str]:
        """Return the ids of a flow's runs."""
        return [contract.from_component(name) for name in self._names(contract.runs_prefix(flow))]

    def steps(self, flow: str, run: str) -> list[str]:
        """Return the steps of a run that left records."""
        return [contract.from_component(name) for name in self._run_names(flow, run) if not name.startswith("_")]

    def tag_keys(self, flow: str, run: str) -> list[str]:
        """Return the keys of a run's tag records, in the order they apply."""
        prefix = contract.run_prefix(flow, run)
        return [prefix + name for name in sorted(self._run_names(flow, run)) if name.startswith(contract.TAG_PREFIX)]

    def addresses(self, flow: str, run: str, step: str) -> list[str]:
        """Return the addresses of a step's tasks, in order: item 2 before item 10.

        Where a loop's exit record stands is no task: its first step always stands inside, at `~0` and so on.
        """
        found = [contract.from_component(name) for name in self._names(contract.step_prefix(flow, run, step))]
        addresses = {at for at in found if contract.is_address(at)}
        return sorted((at for at in addresses if contract.turn_at(at, 0) not in addresses), key=address_order)

    def task_names(self, flow: str, run: str, step: str, at: str) -> list[str]:
        """Return the names of a task's records: `commit`, `fail.<nonce>` and so on."""
        return self._names(contract.task_prefix(flow, run, step, at))

    def record(self, key: str) -> dict[str, Any] | None:
        """Return the record under `key`, or None; raises StoreError for one that is damaged or of a later version."""
        return read_record(self.store, key)

    def code(self, flow: str, digest: str) -> bytes:
        """Return a code package; raises NotFound where the store does not hold it."""
        data = self.store.get(contract.package_key(flow, digest))
        if data is None:
            raise NotFound(f"the code package {digest} of {flow} is not in {self.root}", help="the code was part of the image")
        return data

    def plan(self, flow: str, digest: str | None) -> contract.Plan | None:
        """Return the plan in a code package, or None where the store does not hold that package or another version wrote it."""
        if digest is None:
            return None
        if (flow, digest) not in self._plans:
            self._plans[flow, digest] = self._read_plan(contract.package_key(flow, digest))
        return self._plans[flow, digest]

    def _read_plan(self, key: str) -> contract.Plan | None:
        data = self.store.get(key)
        if data is None:
            return None
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as tar:
            file = tar.extractfile(_PLAN_NAME)
            assert file is not None, "every code package has a plan"
            plan: contract.Plan = json.load(file)
        return plan if plan.get("v") == contract.PLAN_VERSION else None

    def _run_names(self, flow: str, run: str) -> Iterator[str]:
        return self.store.list(contract.run_prefix(flow, run))

    def _names(self, prefix: str) -> list[str]:
        return list(self.store.list(prefix))


def address_order(at: str) -> tuple[tuple[int, str], ...]:
    """Return a sort key that puts addresses in the order of their numbers."""
    numbers = []
    rest = at
    while rest != contract.TOP:
        rest, kind, number = contract.split_at(rest)
        numbers.append((number, kind))
    return tuple(reversed(numbers))
