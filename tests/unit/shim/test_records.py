"""Records: canonical, bounded, checked, and committed by one attempt only."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flowc.runtime_shim import records
from flowc.runtime_shim.artifacts import Artifacts, load_value, save_bytes
from flowc.runtime_shim.contract import commit_key, exit_key, run_key
from flowc.runtime_shim.items import load_item, save_items
from flowc.runtime_shim.record_size import MAX_RECORD
from flowc.runtime_shim.records import RecordError, commit, decode_record, encode_record, exit_record, publish, read_record
from flowc.runtime_shim.stores import Exists, Store, StoreError, StoreUnavailable, open_store

KEY = commit_key("F", "run 1", "a", "r.1~2")
GOOD: dict[str, Any] = {
    "flow": "F",
    "run": "run 1",
    "step": "a",
    "at": "r.1~2",
    "attempt": 0,
    "nonce": "n1",
    "status": "ok",
    "control": {"next": "b", "at": "r.1"},
    "artifacts": {},
}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path.as_uri())


def test_canonical_bytes() -> None:
    assert encode_record({"b": 1, "a": "ü", "v": 1, "flowc": "0.1.0"}) == '{"a":"ü","b":1,"flowc":"0.1.0","v":1}'.encode()
    assert encode_record(GOOD) == encode_record(dict(reversed(GOOD.items())))
    assert decode_record(encode_record(GOOD), KEY).items() >= GOOD.items()


def test_golden_record(store: Store, update_goldens: bool) -> None:
    """A record of version 1 stays readable, and the same record stays the same bytes."""
    file = Path(__file__).parents[2] / "data/records/v1-commit.json"
    artifacts = Artifacts(store, "F", {})
    for name, value in {"alpha": 0.5, "rows": [{"x": 1}], "name": "ü", "none": None}.items():
        artifacts.set(name, value)
    made = {"flowc": "0.1.0", **GOOD, "artifacts": artifacts.finish(), "items": save_items(store, "F", [1, "two"])}
    data = encode_record({**made, "log": save_bytes(store, "F", b"a line\n")})
    if update_goldens:
        file.write_bytes(data)
    assert data == file.read_bytes()
    record = decode_record(file.read_bytes(), KEY)
    loaded = Artifacts(store, "F", record["artifacts"])
    assert {name: loaded.get(name) for name in loaded.names()} == {"alpha": 0.5, "rows": [{"x": 1}], "name": "ü", "none": None}
    assert [load_item(store, "F", record["items"], index) for index in range(2)] == [1, "two"]
    assert load_value(store, "F", record["log"]) == b"a line\n"


def test_lone_surrogates_survive() -> None:
    record = {**GOOD, "exception": {"message": "file \udcff \U0001f600 \ud83d"}}
    assert decode_record(encode_record(record), KEY)["exception"] == record["exception"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, b"bytes", object()])
def test_what_json_cannot_hold(value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        encode_record({**GOOD, "extra": value})


def test_too_large_names_the_field() -> None:
    with pytest.raises(ValueError, match=r"over 262144; its largest field is 'log' with 300002"):
        encode_record({**GOOD, "log": "x" * 300_000})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"v": 2, "flowc": "9.9"}, r"version 2, written by flowc 9\.9; flowc .* reads version 1"),
        ({"v": None}, "is not a record"),
        ({"v": "1"}, "is not a record"),
        ({"flow": "G"}, "its flow is 'G', not 'F'"),
        ({"run": "run 2"}, "its run is 'run 2', not 'run 1'"),
        ({"step": "b"}, "its step is 'b', not 'a'"),
        ({"at": "r.1~3"}, "its at is 'r.1~3', not 'r.1~2'"),
        ({"step": None}, "its step is None"),
        ({"attempt": "0"}, "its 'attempt' is '0'"),
        ({"nonce": None}, "its 'nonce' is None"),
        ({"status": 1}, "its 'status' is 1"),
        ({"control": []}, r"its 'control' is \[\]"),
        ({"control": {"count": -1}}, "its control values"),
        ({"control": {"count": True}}, "its control values"),
        ({"control": {"count": 1.0}}, "its control values"),
        ({"control": {"next": 1}}, "its control values"),
        ({"control": {"at": 1}}, "its control values"),
        ({"artifacts": []}, r"its 'artifacts' is \[\]"),
        ({"artifacts": {"x": 1}}, "artifact 'x' is listed as 1"),
        ({"artifacts": {"x": {"codec": "p5"}}}, "artifact 'x' is listed as"),
        ({"artifacts": {"x": {"codec": 5, "segs": []}}}, "artifact 'x' is listed as"),
    ],
    ids=str,
)
def test_foreign_and_damaged_records(change: dict[str, Any], words: str) -> None:
    data = json.dumps({"v": 1, **GOOD, **change}).encode()
    with pytest.raises(RecordError, match=words) as caught:
        decode_record(data, KEY)
    assert KEY in str(caught.value)


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"v":1}', b"[" * 100_000, b"9" * 5_000, b" " * (MAX_RECORD + 1), encode_record(GOOD)[:-1]],
    ids=lambda data: data[:8],
)
def test_no_record_at_all(data: bytes) -> None:
    with pytest.raises(RecordError, match=r"F/runs/run%201/a/r.1~2/commit"):
        decode_record(data, KEY)


def test_every_cut_of_a_record_is_refused() -> None:
    data = encode_record({**GOOD, "exception": {"message": "ü"}})
    for length in range(len(data)):
        with pytest.raises(RecordError):
            decode_record(data[:length], KEY)


def test_other_records_are_checked_where_they_name_a_place(store: Store) -> None:
    key = exit_key("F", "1", "h", "r.2")
    publish(store, key, exit_record("F", "1", ("h", "r.2"), ("w", "r.2~4"), "end"))
    found = read_record(store, key)
    assert found is not None
    assert (found["step"], found["at"], found["next"]) == ("w", "r.2~4", "end")
    with pytest.raises(RecordError, match=r"its outside is 'r.2', not 'r'"):
        decode_record(encode_record(found), exit_key("F", "1", "h", "r"))
    with pytest.raises(RecordError, match="its loop is 'h', not 'g'"):
        decode_record(encode_record(found), exit_key("F", "1", "g", "r.2"))
    with pytest.raises(RecordError, match="its run is '2', not '1'"):
        decode_record(encode_record({"run": "2"}), run_key("F", "1", "_run"))
    assert decode_record(encode_record({"tags": []}), run_key("F", "1", "_run"))["tags"] == []


def test_the_second_commit_is_told_the_first(store: Store) -> None:
    first = commit(store, KEY, GOOD)
    second = commit(store, KEY, {**GOOD, "nonce": "n2", "control": {"next": "c", "at": "r.1"}})
    assert first["nonce"] == second["nonce"] == "n1"
    assert second["control"]["next"] == "b"
    assert read_record(store, KEY) == first


def test_a_foreign_record_in_the_way_is_an_error(store: Store) -> None:
    store.create(KEY, encode_record({**GOOD, "step": "b"}))
    with pytest.raises(RecordError, match="the record of another task"):
        commit(store, KEY, GOOD)


def test_publish_says_who_was_first(store: Store) -> None:
    assert publish(store, "F/runs/1/_end", {"status": "succeeded"})
    assert not publish(store, "F/runs/1/_end", {"status": "failed"})
    found = read_record(store, "F/runs/1/_end")
    assert found is not None
    assert found["status"] == "succeeded"


class Faulty:
    """A store whose `create` meets one fault per call, before or after the real one does its work."""

    def __init__(self, store: Store, faults: list[Callable[[Store, str, bytes], None]]) -> None:
        self._store = store
        self._faults = faults
        self.url = store.url
        self.get = store.get

    def create(self, key: str, data: bytes) -> None:
        if self._faults:
            self._faults.pop(0)(self._store, key, data)
        else:
            self._store.create(key, data)


def lost_before(store: Store, key: str, data: bytes) -> None:
    raise StoreUnavailable("the connection broke")


def lost_after(store: Store, key: str, data: bytes) -> None:
    store.create(key, data)
    raise StoreUnavailable("the connection broke")


def lost_after_and_repeated(store: Store, key: str, data: bytes) -> None:
    """The client inside repeats the request, and meets its own record."""
    store.create(key, data)
    store.create(key, data)


def clash(store: Store, key: str, data: bytes) -> None:
    """A writer that claims the key and then fails: "exists", with nothing there."""
    raise Exists(key)


def other_wins(store: Store, key: str, data: bytes) -> None:
    store.create(key, encode_record({**GOOD, "nonce": "other"}))
    store.create(key, data)


@pytest.mark.parametrize(
    ("faults", "winner"),
    [
        ([lost_before, lost_before], "n1"),
        ([lost_after], "n1"),
        ([lost_after_and_repeated], "n1"),
        ([clash, clash], "n1"),
        ([lost_before, clash, lost_after], "n1"),
        ([other_wins], "other"),
        ([lost_before, other_wins], "other"),
    ],
    ids=lambda value: "-".join(fault.__name__ for fault in value) if isinstance(value, list) else value,
)
def test_faults_of_the_store(store: Store, faults: list[Any], winner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "pauses", lambda: iter([0.0] * 10))
    assert commit(Faulty(store, list(faults)), KEY, GOOD)["nonce"] == winner  # type: ignore[arg-type]  # all that commit calls
    found = read_record(store, KEY)
    assert found is not None
    assert found["nonce"] == winner


def test_a_store_out_of_reach(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "pauses", lambda: iter([0.0] * 3))
    with pytest.raises(StoreUnavailable, match="the connection broke"):
        commit(Faulty(store, [lost_before] * 3), KEY, GOOD)  # type: ignore[arg-type]  # the same
    with pytest.raises(StoreUnavailable, match="others claim it but leave nothing there"):
        commit(Faulty(store, [clash] * 3), KEY, GOOD)  # type: ignore[arg-type]  # the same


def test_sixteen_attempts_one_commit(store: Store) -> None:
    found: list[str] = []
    barrier = threading.Barrier(16)

    def attempt(number: int) -> None:
        barrier.wait()
        winner = commit(store, KEY, {**GOOD, "nonce": f"n{number}", "control": {"next": f"s{number}"}})
        found.append(winner["nonce"] + winner["control"]["next"])

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 16
    assert len(set(found)) == 1


def committed(store: Store, values: dict[str, Any]) -> tuple[dict[str, Any], int, list[str]]:
    """Commit `values` as artifacts; return the record read back, its size in the store, and the keys of the objects."""
    artifacts = Artifacts(store, "F", {})
    for name, value in values.items():
        artifacts.set(name, value)
    commit(store, KEY, {**GOOD, "artifacts": artifacts.finish()})
    record = read_record(store, KEY)
    assert record is not None
    loaded = Artifacts(store, "F", record["artifacts"])
    assert {name: loaded.get(name) for name in loaded.names()} == values
    return record, store.size(KEY) or 0, [name for part in store.list("F/obj/") for name in store.list(f"F/obj/{part}/")]


def test_the_largest_inline_values_move_out(store: Store) -> None:
    values: dict[str, Any] = {f"large{number}": f"{number:02}" * 6_000 for number in range(20)}
    values |= {f"small{number}": str(number) * 2_000 for number in range(10)}
    record, size, objects = committed(store, values)
    assert size <= MAX_RECORD
    assert len(objects) == 1 + (20 * 16_000 + 10 * 2_700 - MAX_RECORD) // 16_000
    assert all("inline" in record["artifacts"][f"small{number}"] for number in range(10))


def test_many_small_values_stay_together(store: Store) -> None:
    """Ten thousand artifacts cost one object, the table, and not ten thousand."""
    record, size, objects = committed(store, {f"x{number}": number for number in range(10_000)})
    assert size < 2_000
    assert len(objects) == 1
    assert len(record["artifacts"]) == 10_000


def test_a_damaged_table_is_refused(store: Store) -> None:
    committed(store, {f"x{number}": number for number in range(3_000)})
    (part,) = store.list("F/obj/")
    (name,) = store.list(f"F/obj/{part}/")
    data = bytearray(store.get(f"F/obj/{part}/{name}") or b"")
    data[5_000] ^= 1
    store.delete(f"F/obj/{part}/{name}")
    with pytest.raises(StoreError, match="is missing"):
        read_record(store, KEY)
    store.put_object(f"F/obj/{part}/{name}", [data])
    with pytest.raises(StoreError, match="is damaged"):
        read_record(store, KEY)


def test_a_promised_record_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a network file system what another machine wrote may appear late."""
    store = open_store(tmp_path.as_uri())
    assert read_record(store, KEY, wait=True) is None
    monkeypatch.setattr(type(store), "settle_seconds", 20.0)
    threading.Timer(0.3, lambda: store.create(KEY, encode_record(GOOD))).start()
    found = read_record(store, KEY, wait=True)
    assert found is not None
    assert found["nonce"] == "n1"
