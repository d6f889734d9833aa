"""Artifacts: lazy, stored when changed, passed on as they are otherwise."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.attempts import Watched

from flowc.runtime_shim.artifacts import ArtifactError, Artifacts, load_value, save_bytes, save_value
from flowc.runtime_shim.contract import Entry, identity, object_key
from flowc.runtime_shim.stores import Store, StoreError, open_store


@pytest.fixture
def calls() -> list[str]:
    return []


@pytest.fixture
def store(tmp_path: Path, calls: list[str]) -> Store:
    def watch(name: str) -> None:
        if not name.endswith(" done"):
            calls.append(name.split()[0])

    return Watched(open_store(tmp_path.as_uri()), watch)  # type: ignore[return-value]  # it has every method


def stored(store: Store, **values: object) -> dict[str, Entry]:
    artifacts = Artifacts(store, "F", {})
    for name, value in values.items():
        artifacts.set(name, value)
    return artifacts.finish()


def test_small_values_cost_no_request(store: Store, calls: list[str]) -> None:
    entries = stored(store, a=1, b={"x": [1, 2]}, c="text", d=None)
    artifacts = Artifacts(store, "F", entries)
    assert [artifacts.get(name) for name in "abcd"] == [1, {"x": [1, 2]}, "text", None]
    assert artifacts.finish() == entries
    assert calls == []


def test_untouched_values_are_passed_on_without_a_request(store: Store, calls: list[str]) -> None:
    entries = stored(store, big=list(range(100_000)))
    calls.clear()
    artifacts = Artifacts(store, "F", entries)
    artifacts.set("other", 1)
    assert artifacts.finish()["big"] == entries["big"]
    assert calls == []


@pytest.mark.parametrize(
    "value",
    [list(range(50_000)), {str(number) for number in range(20_000)}, np.arange(300_000.0), {"a": np.arange(9_000.0)}, b"x" * 99_999],
    ids=["list", "set", "array", "dict of array", "bytes"],
)
def test_what_was_only_read_keeps_its_entry(store: Store, calls: list[str], value: object) -> None:
    entries = stored(store, x=value)
    calls.clear()
    artifacts = Artifacts(store, "F", entries)
    artifacts.get("x")
    assert artifacts.finish() == entries
    assert artifacts.finish() == entries
    assert calls == ["map"]


def test_changes_in_place_are_seen(store: Store) -> None:
    entries = stored(store, rows=[1, 2], array=np.zeros(300_000), nested={"deep": [{}]}, same=[1])
    artifacts = Artifacts(store, "F", entries)
    artifacts.get("rows").append(3)
    artifacts.get("array")[299_999] = 1
    artifacts.get("nested")["deep"][0]["x"] = 1
    artifacts.get("same")
    after = artifacts.finish()
    assert {name for name in entries if entries[name] != after[name]} == {"rows", "array", "nested"}
    again = Artifacts(store, "F", after)
    assert again.get("rows") == [1, 2, 3]
    assert again.get("array")[299_999] == 1
    assert again.get("nested") == {"deep": [{"x": 1}]}
    assert Artifacts(store, "F", entries).get("array").sum() == 0, "what is stored never changes"


def test_a_change_taken_back_is_none(store: Store, calls: list[str]) -> None:
    entries = stored(store, array=np.zeros(300_000))
    calls.clear()
    artifacts = Artifacts(store, "F", entries)
    artifacts.get("array")[5] = 1
    artifacts.get("array")[5] = 0
    assert artifacts.finish() == entries
    assert calls == ["map"]


def test_equal_values_are_stored_once(store: Store, calls: list[str]) -> None:
    entries = stored(store, x=list(range(50_000)))
    calls.clear()
    artifacts = Artifacts(store, "F", entries)
    artifacts.set("x", list(range(50_000)))
    artifacts.set("y", list(range(50_000)))
    assert artifacts.finish() == {"x": entries["x"], "y": entries["x"]}
    assert calls == []


def test_another_name_for_a_loaded_value(store: Store, calls: list[str]) -> None:
    """Its bytes may differ from what is stored (a set under another hash seed), its entry does not."""
    entries = stored(store, x={str(number) for number in range(10_000)})
    calls.clear()
    artifacts = Artifacts(store, "F", entries)
    artifacts.set("y", artifacts.get("x"))
    artifacts.set("x", artifacts.get("x"))
    assert artifacts.finish() == {"x": entries["x"], "y": entries["x"]}
    artifacts.get("y").add("more")
    after = artifacts.finish()
    assert after["x"] == after["y"] != entries["x"]
    assert calls == ["map", "size", "put_object"] or calls == ["map", "put_object"]


def test_values_are_stored_as_they_are_in_the_end(store: Store) -> None:
    artifacts = Artifacts(store, "F", {})
    rows: list[int] = []
    artifacts.set("rows", rows)
    rows.append(1)
    assert load_value(store, "F", artifacts.finish()["rows"]) == [1]
    rows.append(2)
    assert load_value(store, "F", artifacts.finish()["rows"]) == [1, 2]


def test_deleting(store: Store) -> None:
    artifacts = Artifacts(store, "F", stored(store, a=1, b=2, c=3))
    artifacts.delete("a")
    artifacts.get("b")
    artifacts.delete("b")
    artifacts.set("d", 4)
    artifacts.delete("d")
    for name in ("a", "d", "never"):
        with pytest.raises(KeyError):
            artifacts.delete(name)
        with pytest.raises(KeyError):
            artifacts.get(name)
    assert artifacts.names() == ["c"]
    assert list(artifacts.finish()) == ["c"]
    artifacts.set("a", 5)
    assert list(artifacts.finish()) == ["a", "c"]


def test_entries_of_other_records(store: Store, calls: list[str]) -> None:
    ours, theirs = stored(store, x=1), stored(store, x=list(range(50_000)))
    calls.clear()
    artifacts = Artifacts(store, "F", ours)
    artifacts.get("x")
    artifacts.set_entry("x", theirs["x"])
    assert artifacts.finish() == theirs
    assert calls == []
    assert artifacts.get("x") == list(range(50_000))


def test_the_same_object_each_time(store: Store) -> None:
    artifacts = Artifacts(store, "F", stored(store, x=[1]))
    assert artifacts.get("x") is artifacts.get("x")
    assert dict(artifacts.entries) == stored(store, x=[1])


def test_what_cannot_be_stored_is_named(store: Store) -> None:
    artifacts = Artifacts(store, "F", {})
    artifacts.set("model", {"loss": lambda: 0})
    with pytest.raises(
        ArtifactError, match=r"artifact 'model' of type dict \(at \['loss'\]\) cannot be stored: AttributeError: Can't pickle"
    ):
        artifacts.finish()


def test_what_does_not_load_is_named(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone_soon.py").write_text("class Model:\n    pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    import gone_soon  # type: ignore[import-not-found]  # made above

    entries = stored(store, model=gone_soon.Model())
    monkeypatch.delitem(sys.modules, "gone_soon")
    (tmp_path / "gone_soon.py").unlink()
    with pytest.raises(ArtifactError, match=r"artifact 'model': a value of type gone_soon.Model does not load here: ModuleNotFoundError"):
        Artifacts(store, "F", entries).get("model")


def test_unknown_codec_names_the_writer(store: Store) -> None:
    entry, _ = save_value(store, "F", list(range(50_000)))
    with pytest.raises(ArtifactError, match=r"its codec 'arrow' is unknown to this version of flowc \(flowc \d+\.\d+\.\d+ wrote it\)"):
        load_value(store, "F", {**entry, "codec": "arrow"})
    small, _ = save_value(store, "F", 1)
    with pytest.raises(ArtifactError, match=r"its codec 'arrow' is unknown.*of a later version"):
        load_value(store, "F", {**small, "codec": "arrow"})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"inline": "!!!!"}, "base64"),
        ({"inline": ""}, "shorter than its segments say"),
        ({"inline": "gAVLAi4="}, "is damaged: a segment has the digest"),
        ({"segs": [[0, 5, 5, "zstd", ""]]}, "compression 'zstd'"),
        ({"segs": [[0, 10**12, 10**12, "none", ""]]}, "shorter than its segments say"),
    ],
)
def test_damaged_inline_values(store: Store, change: dict[str, Any], words: str) -> None:
    entry, _ = save_value(store, "F", 1)
    with pytest.raises(StoreError, match=words):
        load_value(store, "F", {**entry, **change})  # type: ignore[typeddict-item]  # on purpose


def test_damaged_objects_are_never_unpickled(store: Store) -> None:
    entry, _ = save_value(store, "F", list(range(50_000)))
    key = object_key("F", entry["obj"])
    data = bytearray(store.get(key) or b"")
    data[5_000] ^= 1
    store.delete(key)
    store.put_object(key, [data])
    with pytest.raises(StoreError, match="is damaged: a segment has the digest"):
        load_value(store, "F", entry)


def test_logs_are_readable_without_unpickling(store: Store) -> None:
    for size in (0, 10, 100_000):
        entry = save_bytes(store, "F", b"x" * size)
        assert entry["codec"] == "bytes"
        assert load_value(store, "F", entry) == b"x" * size


def test_mapped_arrays_are_writable_and_the_file_stays(store: Store) -> None:
    entry, _ = save_value(store, "F", np.arange(300_000.0))
    before = store.get(object_key("F", entry["obj"]))
    array = load_value(store, "F", entry)
    assert array.flags.writeable
    assert array.flags.aligned
    array[:] = 7
    assert store.get(object_key("F", entry["obj"])) == before


READER = """
import sys
from flowc.runtime_shim.artifacts import Artifacts
from flowc.runtime_shim.records import read_record, commit
from flowc.runtime_shim.stores import open_store

store = open_store(sys.argv[1])
artifacts = Artifacts(store, "F", {} if sys.argv[2] == "write" else read_record(store, "F/runs/1/a/r/commit")["artifacts"])
if sys.argv[2] == "write":
    artifacts.set("names", {"name%d" % number for number in range(5000)})
    artifacts.set("few", {"a", "b", "c", "d", "e"})
else:
    artifacts.get("names"), artifacts.get("few")
if sys.argv[2] == "change":
    artifacts.get("few").add("f")
step = "a" if sys.argv[2] == "write" else sys.argv[2]
commit(store, "F/runs/1/%s/r/commit" % step, {"flow": "F", "run": "1", "step": step, "at": "r", "attempt": 0, "nonce": "n",
    "status": "ok", "control": {}, "artifacts": artifacts.finish()})
"""


def test_sets_under_another_hash_seed(store: Store) -> None:
    """Read only, a set keeps its identity, though it pickles to other bytes in each process; changed, it does not."""
    from flowc.runtime_shim.records import read_record

    entries = {}
    for seed, what in enumerate(("write", "read", "change")):
        environment = {**os.environ, "PYTHONHASHSEED": str(seed + 1)}
        subprocess.run([sys.executable, "-c", READER, store.url, what], env=environment, check=True)
        record = read_record(store, f"F/runs/1/{'a' if what == 'write' else what}/r/commit")
        assert record is not None
        entries[what] = record["artifacts"]
    assert entries["read"] == entries["write"]
    assert entries["change"]["names"] == entries["write"]["names"]
    assert identity(entries["change"]["few"]) != identity(entries["write"]["few"])
