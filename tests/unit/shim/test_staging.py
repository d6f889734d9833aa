"""Large values are written while they are digested, and stand in the store as any other object."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.namespaces import in_namespace, mount

from flowc.runtime_shim.artifacts import Artifacts
from flowc.runtime_shim.codecs import Encoded, encode
from flowc.runtime_shim.contract import object_key
from flowc.runtime_shim.objects import digest_segment, pack
from flowc.runtime_shim.staging import STAGED_FROM, digest_and_stage
from flowc.runtime_shim.stores import Store, StoreError, open_store
from flowc.runtime_shim.values import load_value, save_value, store_segments

LARGE = bytes(range(256)) * (STAGED_FROM // 256 + 70_000)
VALUES: dict[str, Any] = {
    "one buffer": LARGE,
    "text": "é" * STAGED_FROM,
    "several": {"a": bytearray(STAGED_FROM), "b": b"x" * 100_000, "c": list(range(30_000))},
    "at the bound": bytes(STAGED_FROM),
}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store((tmp_path / "root").as_uri())


def files(store: Store) -> Iterator[str]:
    root = store.url.removeprefix("file://")
    for folder, _, names in os.walk(root):
        yield from (os.path.relpath(os.path.join(folder, name), root) for name in names)


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_it_is_the_object_that_put_object_would_make(store: Store, value: Any) -> None:
    entry, segments = save_value(store, "F", value)
    assert load_value(store, "F", entry) == value
    packed = pack([digest_segment(segment) for segment in encode(value).segments])
    assert [digest_segment(segment) for segment in encode(value).segments] == segments
    assert entry["obj"] == packed.address
    assert store.get(object_key("F", packed.address)) == b"".join(packed.parts)
    assert list(files(store)) == [object_key("F", packed.address)]


def test_small_values_are_not_staged(store: Store) -> None:
    _, staging = digest_and_stage(store, "F", encode(bytes(STAGED_FROM - 1024)))
    assert staging is None


def test_what_is_stored_already_stays(store: Store) -> None:
    entry, _ = save_value(store, "F", LARGE)
    (name,) = files(store)
    path = Path(store.url.removeprefix("file://"), name)
    os.utime(path, (1, 1))
    before = path.stat()
    assert save_value(store, "F", LARGE)[0] == entry
    assert list(files(store)) == [name]
    assert path.stat().st_ino == before.st_ino
    assert path.stat().st_mtime > 1, "what is used again is young again"


def test_what_a_parent_holds_already_is_not_kept(store: Store) -> None:
    artifacts = Artifacts(store, "F", {})
    artifacts.set("x", LARGE)
    entries = artifacts.finish()
    child = Artifacts(store, "F", entries)
    child.set("y", bytes(LARGE))
    assert child.finish() == {"x": entries["x"], "y": entries["x"]}
    assert list(files(store)) == [object_key("F", entries["x"]["obj"])]


def test_nothing_is_left_where_the_digest_fails(store: Store) -> None:
    scattered = memoryview(LARGE)[::2]
    with pytest.raises(BufferError):
        digest_and_stage(store, "F", Encoded("bytes", "bytes", [LARGE, scattered]))
    assert list(files(store)) == []


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "full"

    def work() -> None:
        for size in ("1m", f"{len(LARGE)}"):
            mount("tmpfs", folder, f"size={size}")
            store = open_store(folder.as_uri())
            with pytest.raises(StoreError, match="there is no space left: free some, or choose another root"):
                save_value(store, "F", LARGE)
            assert list(files(store)) == []

    in_namespace(work)


def test_the_writer_is_told_to_stop(store: Store) -> None:
    encoded = encode(LARGE)
    segments, staging = digest_and_stage(store, "F", encoded)
    assert staging is not None
    staging.discard()
    assert list(files(store)) == []
    entry = store_segments(store, "F", encoded, segments)
    assert load_value(store, "F", entry) == LARGE
