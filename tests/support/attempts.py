"""One attempt of one task over a real store, without user code around it, and what must hold of the store at any moment."""

from collections.abc import Callable
from typing import Any

from flowc.runtime_shim.artifacts import Artifacts, save_bytes
from flowc.runtime_shim.contract import commit_key, exit_key
from flowc.runtime_shim.items import load_item, save_items
from flowc.runtime_shim.records import commit, exit_record, new_nonce, publish, read_record
from flowc.runtime_shim.stores import Store

FLOW, RUN = "Kill", "1"
PARENT = commit_key(FLOW, RUN, "start", "r")
OWN = commit_key(FLOW, RUN, "work", "r~0")
EXIT = exit_key(FLOW, RUN, "work", "r")


def first_task(store: Store) -> None:
    """Commit the parent, once."""
    artifacts = Artifacts(store, FLOW, {})
    artifacts.set("kept", list(range(30_000)))
    artifacts.set("changed", {"rows": list(range(20_000))})
    artifacts.set("alpha", 0.1)
    commit(store, PARENT, _record("start", "r", {}, artifacts.finish()))


def attempt(store: Store) -> dict[str, Any]:
    """Do what the shim does in one attempt, and return the control values it reports."""
    record = read_record(store, OWN)
    if record is None:
        parent = read_record(store, PARENT)
        assert parent is not None
        artifacts = Artifacts(store, FLOW, parent["artifacts"])
        artifacts.get("kept")
        artifacts.get("changed")["rows"].append("more")
        artifacts.set("text", "line\n" * 30_000)
        items = save_items(store, FLOW, ["item" * 10_000, {"n": 2}, 3])
        log = save_bytes(store, FLOW, b"hello " * 5_000)
        mine = {**_record("work", "r~0", {"next": "end", "at": "r"}, artifacts.finish()), "items": items, "log": log}
        record = commit(store, OWN, mine)
    publish(store, EXIT, exit_record(FLOW, RUN, ("work", "r"), ("work", "r~0"), record["control"]["next"]))
    control: dict[str, Any] = record["control"]
    return control


def check_state(store: Store) -> str:
    """Return "old" or "new": nothing of the task, or all of it. Raises AssertionError or StoreError for anything between."""
    parent = read_record(store, PARENT)
    assert parent is not None
    inherited = Artifacts(store, FLOW, parent["artifacts"])
    assert inherited.get("kept") == list(range(30_000))
    assert inherited.get("changed") == {"rows": list(range(20_000))}
    record = read_record(store, OWN)
    left = store.get(EXIT)
    if record is None:
        assert left is None, "an exit record before its commit"
        return "old"
    artifacts = Artifacts(store, FLOW, record["artifacts"])
    assert artifacts.names() == ["alpha", "changed", "kept", "text"]
    assert artifacts.get("alpha") == 0.1
    assert artifacts.get("changed") == {"rows": [*range(20_000), "more"]}
    assert artifacts.get("kept") == list(range(30_000))
    assert artifacts.get("text") == "line\n" * 30_000
    assert record["artifacts"]["kept"] == parent["artifacts"]["kept"]
    assert [load_item(store, FLOW, record["items"], index) for index in range(3)] == ["item" * 10_000, {"n": 2}, 3]
    assert Artifacts(store, FLOW, {"log": record["log"]}).get("log") == b"hello " * 5_000
    return "new"


def _record(step: str, at: str, control: dict[str, Any], entries: dict[str, Any]) -> dict[str, Any]:
    place = {"flow": FLOW, "run": RUN, "step": step, "at": at}
    return {**place, "attempt": 0, "nonce": new_nonce(), "status": "ok", "control": control, "artifacts": entries}


class Watched:
    """A store that tells `watch` the name of each call, before ("get") and after ("get done") it."""

    def __init__(self, store: Store, watch: Callable[[str], None]) -> None:
        self._store = store
        self._watch = watch

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if not callable(found):
            return found

        def call(*arguments: Any) -> Any:
            self._watch(f"{name} {arguments[0]}")
            try:
                return found(*arguments)
            finally:
                self._watch(f"{name} {arguments[0]} done")

        return call
