"""What nobody needs any more in a store: runs that no rule keeps, and what no kept run reaches. Looked for first, then removed.

Marks from the records of kept runs, then goes by age: what nothing refers to yet may belong to a task that is about to commit, so
nothing younger than the grace period goes. A task puts anew what is older than half of it, and makes it young by that.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flowc.client.reader import Reader
from flowc.runtime_shim import contract
from flowc.runtime_shim.record_size import load_table
from flowc.runtime_shim.records import decode_record, read_data
from flowc.runtime_shim.stores import Listed
from flowc.runtime_shim.stores.base import GRACE_SECONDS, TEMPORARY
from flowc.runtime_shim.stores.threads import in_threads
from flowc.upkeep.doctor import PROBES
from flowc.upkeep.kept_runs import FoundRun, Rules, runs_of

_RECORDS = ("commit", "exit", "_run", "_end")


@dataclass(frozen=True, slots=True)
class Useless:
    """Something that can go. kind: `run`, `object`, `package`, `temporary`, `probe`; `keys` in the order in which they go."""

    kind: str
    name: str
    keys: tuple[str, ...]
    size: int
    age: float


@dataclass(frozen=True, slots=True)
class FlowGarbage:
    """What can go of one flow. `runs`: all of them, with what keeps each. `kept_objects`, `kept_bytes`: what stays of the rest."""

    flow: str
    runs: tuple[FoundRun, ...]
    useless: tuple[Useless, ...]
    kept_objects: int
    kept_bytes: int


def garbage_of(reader: Reader, flow: str, rules: Rules, *, grace: float = GRACE_SECONDS) -> FlowGarbage:
    """Return what can go of a flow (its deployed name); nothing is removed.

    grace: seconds, at least those that tasks count on. Raises StoreError where a record that says what is needed cannot be read.
    """
    if grace < GRACE_SECONDS:
        raise ValueError(f"a grace period of {grace:.0f} s is shorter than what tasks count on, {GRACE_SECONDS:.0f} s")
    store, own = reader.store, contract.component(flow) + "/"
    # Objects first: what is put after this look is no candidate, and what is committed after it is marked.
    data = list(store.walk(contract.object_prefix(flow)))
    packages = list(store.walk(own + "pkg/"))
    runs = runs_of(reader, flow, rules)
    kept = [listed for run in runs if run.why for listed in run.keys]
    needed = _reached(reader, flow, (listed.key for listed in kept))
    useless = [_run(flow, run) for run in runs if not run.why]
    # A scheduler runs the package that its manifest names, which no record does.
    deployed = bool(list(store.list(contract.deployments_prefix(flow))))
    left: list[Listed] = []
    for listed in (*data, *packages):
        kind = "object" if listed.key.startswith(own + "obj/") else "package"
        if _is_temporary(listed.key):
            kind = "temporary"
        stays = listed.key in needed or listed.age < grace or (kind == "package" and deployed)
        if stays:
            left.append(listed)
        else:
            useless.append(Useless(kind, listed.key, (listed.key,), listed.size, listed.age))
    for listed in kept:
        if _is_temporary(listed.key) and listed.age >= grace:
            useless.append(Useless("temporary", listed.key, (listed.key,), listed.size, listed.age))
    return FlowGarbage(flow, tuple(runs), tuple(useless), len(left), sum(listed.size for listed in left))


def probes_left(reader: Reader) -> list[Useless]:
    """Return what `flowc doctor` could not remove."""
    found = [listed for listed in reader.store.walk(PROBES) if listed.age >= GRACE_SECONDS]
    return [Useless("probe", listed.key, (listed.key,), listed.size, listed.age) for listed in found]


def remove(reader: Reader, useless: Iterable[Useless], *, grace: float = GRACE_SECONDS) -> Iterator[Useless]:
    """Remove and yield one after the other; what became young meanwhile, because a task put it anew, stays. Raises StoreError."""
    for found in useless:
        if found.kind in ("object", "package"):
            if reader.store.sweep(found.name, grace):
                yield found
            continue
        in_threads(reader.store.delete, found.keys[:-1], reader.store.at_once)
        reader.store.delete(found.keys[-1])
        yield found


def _run(flow: str, run: FoundRun) -> Useless:
    """The run's own record goes last: a run of which half is gone is then still found by the next try."""
    last = contract.run_key(flow, run.name, "_run")
    keys = sorted((listed.key for listed in run.keys), key=lambda key: (key == last, key))
    return Useless("run", f"{flow}/{run.name}", tuple(keys), sum(listed.size for listed in run.keys), run.idle)


def _reached(reader: Reader, flow: str, keys: Iterable[str]) -> set[str]:
    """Return the keys of all objects and packages that the records under `keys` name, tables of artifacts included."""
    needed: set[str] = set()

    def mark(key: str) -> None:
        data = read_data(reader.store, key)
        if data is None:
            return
        record = decode_record(data, key)
        for found in (record, load_table(reader.store, record)):
            needed.update(contract.object_key(flow, address) for address in _addresses(found))
        if isinstance(record.get("code"), str):
            needed.add(contract.package_key(flow, record["code"]))

    in_threads(mark, [key for key in keys if _is_record(key)], reader.store.at_once)
    return needed


def _is_record(key: str) -> bool:
    name = key.rpartition("/")[2]
    return name in _RECORDS or name.startswith(("fail.", "part."))


def _is_temporary(key: str) -> bool:
    return key.rpartition("/")[2].startswith(TEMPORARY)


def _addresses(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield every `obj` in a record, wherever it stands: artifacts, items, the log, what later versions may add."""
    pending: list[Any] = [record]
    while pending:
        found = pending.pop()
        if isinstance(found, dict):
            address = found.get("obj")
            if isinstance(address, str):
                yield address
            pending.extend(found.values())
        elif isinstance(found, list):
            pending.extend(found)
