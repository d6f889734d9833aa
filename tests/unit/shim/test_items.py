"""Items of a foreach, each readable alone."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flowc.runtime_shim.codecs import ArtifactError
from flowc.runtime_shim.contract import object_key
from flowc.runtime_shim.items import load_item, save_items
from flowc.runtime_shim.records import encode_record
from flowc.runtime_shim.stores import Store, StoreError, open_store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path.as_uri())


@pytest.mark.parametrize(
    "values",
    [
        [1, "two", None, {"three": 3}],
        ["x" * 1000] * 500,
        [b"x" * 70_000, "y" * 70_000, bytearray(5), 4],
        [],
        list(range(20_000)),
    ],
    ids=["few", "many", "large", "none", "numbers"],
)
def test_each_item(store: Store, values: list[Any]) -> None:
    items = save_items(store, "F", values)
    assert items["count"] == len(values)
    indexes = range(len(values)) if len(values) < 1000 else range(0, len(values), 997)
    assert [load_item(store, "F", items, index) for index in indexes] == [values[index] for index in indexes]
    for index in (-1, len(values)):
        with pytest.raises(IndexError):
            load_item(store, "F", items, index)


def test_arrays(store: Store) -> None:
    arrays = [np.full(10_000, number, "f8") for number in range(20)]
    items = save_items(store, "F", arrays)
    found = load_item(store, "F", items, 7)
    assert (found == 7).all()
    assert found.flags.writeable
    assert found.flags.aligned


def test_small_lists_cost_no_request_and_iterables_are_taken_once(store: Store) -> None:
    items = save_items(store, "F", iter({"a": 1, "b": 2}))
    assert "inline" in items["entry"]
    assert [load_item(store, "F", items, index) for index in range(2)] == ["a", "b"]
    assert list(store.list("")) == []


def test_a_child_reads_little(tmp_path: Path) -> None:
    """One request for one group, however long the list is."""
    calls: list[str] = []

    class Ranged:
        def __init__(self, store: Store) -> None:
            self.url, self._store = store.url, store

        def map(self, key: str) -> None:
            return None

        def read(self, key: str, offset: int, length: int) -> bytearray | memoryview:
            calls.append(f"read {length}")
            assert length < 80_000
            return self._store.read(key, offset, length)

    store = open_store(tmp_path.as_uri())
    items = save_items(store, "F", ({"row": number} for number in range(30_000)))
    assert load_item(Ranged(store), "F", items, 29_999) == {"row": 29_999}  # type: ignore[arg-type]  # all that is called
    assert len(calls) == 1


def test_the_record_stays_small(store: Store) -> None:
    items = save_items(store, "F", range(100_000))
    assert len(encode_record({"items": items})) < 64_000
    assert load_item(store, "F", items, 99_999) == 99_999


def test_what_cannot_be_stored_is_named(store: Store) -> None:
    with pytest.raises(ArtifactError, match=r"item 2 of the foreach of type list \(at \[0\]\) cannot be stored"):
        save_items(store, "F", [1, 2, [lambda: 0]])


def test_damage_is_refused(store: Store) -> None:
    items = save_items(store, "F", ["x" * 1000] * 500)
    key = object_key("F", items["entry"]["obj"])
    data = bytearray(store.get(key) or b"")
    data[5_000] ^= 1
    store.delete(key)
    store.put_object(key, [data])
    with pytest.raises(StoreError, match="is damaged"):
        load_item(store, "F", items, 0)
