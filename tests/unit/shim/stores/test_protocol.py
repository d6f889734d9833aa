"""What every store promises: a folder, and a bucket through each client, on a real S3 server over HTTP."""

import os
import threading
from pathlib import Path

import pytest

from flowc.runtime_shim.contract import component
from flowc.runtime_shim.stores import Exists, Store, StoreError, open_store

MIB = 2**20


@pytest.fixture(params=["file", pytest.param("obstore", marks=pytest.mark.slow), pytest.param("boto3", marks=pytest.mark.slow)])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    if request.param == "file":
        return open_store((tmp_path / "root").as_uri())
    monkeypatch.setenv("FLOWC_S3_CLIENT", request.param)
    return open_store(request.getfixturevalue("root"), patience=10)


def test_records(store: Store) -> None:
    assert store.get("F/runs/1/a/r/commit") is None
    store.create("F/runs/1/a/r/commit", b"one")
    with pytest.raises(Exists, match="F/runs/1/a/r/commit exists already"):
        store.create("F/runs/1/a/r/commit", b"two")
    assert store.get("F/runs/1/a/r/commit") == b"one"
    assert store.size("F/runs/1/a/r/commit") == 3
    store.create("F/empty", b"")
    assert store.get("F/empty") == b""
    assert store.size("F/empty") == 0


def test_of_many_writers_one_creates_a_key(store: Store) -> None:
    won: list[tuple[str, int]] = []

    def write(writer: int) -> None:
        for number in range(10):
            try:
                store.create(f"F/key.{number}", str(writer).encode())
            except Exists:
                continue
            won.append((f"F/key.{number}", writer))

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(key for key, _ in won) == [f"F/key.{number}" for number in range(10)]
    assert {key: store.get(key) for key, _ in won} == {key: str(writer).encode() for key, writer in won}


@pytest.mark.parametrize("size", [10, 900_000, 3 * MIB, 70 * MIB + 5], ids=["small", "below 1 MiB", "3 MiB", "multipart"])
def test_objects(store: Store, size: int) -> None:
    middle = bytearray(os.urandom(size))
    parts = [b"head", middle, memoryview(b"tail").cast("B")]
    store.put_object("F/obj/ab/abc", parts)
    store.put_object("F/obj/ab/abc", parts)
    assert store.size("F/obj/ab/abc") == size + 8
    assert bytes(store.read("F/obj/ab/abc", 2, size + 6)) == b"ad" + middle + b"tail"
    assert bytes(store.read("F/obj/ab/abc", size + 4, 4)) == b"tail"
    assert store.read("F/obj/ab/abc", 1, 0) == b""
    buffer = store.read("F/obj/ab/abc", 0, 4)
    buffer[0] = 0
    assert bytes(store.read("F/obj/ab/abc", 0, 4)) == b"head"


def test_an_object_of_another_size_is_replaced(store: Store) -> None:
    store.create("F/obj/ab/abc", b"torn")
    store.put_object("F/obj/ab/abc", [b"whole", b"!"])
    assert store.get("F/obj/ab/abc") == b"whole!"


def test_a_mapped_object_can_be_written_to(store: Store) -> None:
    store.put_object("F/obj/ab/abc", [b"head", b"tail"])
    view = store.map("F/obj/ab/abc")
    if view is not None:
        view[:4] = b"HEAD"
    assert store.get("F/obj/ab/abc") == b"headtail"


def test_listing(store: Store) -> None:
    for key in ("F/runs/1/a/r/commit", "F/runs/1/_run", "F/runs/1/b/r.1/commit", "F/runs/1/b/r.1/fail.x", "F/runs/12/_run"):
        store.create(key, b"{}")
    assert list(store.list("F/runs/1/")) == ["_run", "a", "b"]
    assert list(store.list("F/runs/1/b/r.1/")) == ["commit", "fail.x"]
    assert list(store.list("")) == ["F"]
    assert list(store.list("G/runs/")) == []
    found = {listed.key: (listed.size, listed.age < 60) for listed in store.walk("F/runs/1/b/")}
    assert found == {"F/runs/1/b/r.1/commit": (2, True), "F/runs/1/b/r.1/fail.x": (2, True)}
    assert len(list(store.walk(""))) == 5


@pytest.mark.slow
def test_long_listings_come_whole(store: Store) -> None:
    for number in range(1003):
        store.create(f"F/runs/1/a/r.{number}/commit", b"1")
    assert len(list(store.list("F/runs/1/a/"))) == 1003
    assert len(list(store.walk("F/"))) == 1003


def test_deleting(store: Store) -> None:
    store.create("F/x", b"1")
    store.delete("F/x")
    store.delete("F/x")
    assert store.get("F/x") is None


def test_missing_and_short(store: Store) -> None:
    store.create("F/x", b"123")
    with pytest.raises(StoreError, match=r"F/no is missing in .*the root is not the one"):
        store.read("F/no", 0, 1)
    for offset, length in ((0, 4), (2, 2), (0, 10**15)):
        with pytest.raises(StoreError, match=r"F/x in .* is damaged: it has 3 bytes, [0-9]+ are needed"):
            store.read("F/x", offset, length)
    with pytest.raises(StoreError, match=r"F/x in .*(is damaged|ends before)"):
        store.read("F/x", 3, 1)
    with pytest.raises(StoreError, match=r"F/x in .* is damaged"):
        store.read("F/x", -1, 1)
    assert store.size("F/no") is None
    assert store.size("F/x/below") is None


def test_what_is_too_large_is_not_read(store: Store) -> None:
    store.create("F/x", b"1" * 1000)
    assert store.get("F/x", 1000) == b"1" * 1000
    with pytest.raises(StoreError, match=r"F/x in .* has 1000 bytes, and may have 999: it was changed by something else than flowc"):
        store.get("F/x", 999)


@pytest.mark.parametrize("key", ["", "/a", "a//b", "a/../b", "./a", "a/.", "a/@x", "a\0b"])
def test_what_is_no_key_is_refused(store: Store, key: str) -> None:
    for call in (store.get, store.size, lambda key: store.create(key, b""), lambda key: store.read(key, 0, 1)):
        with pytest.raises(ValueError, match="is not a key"):
            call(key)


def test_keys_of_any_run_name(store: Store) -> None:
    name = component("run @1/ü%#?:+~= [x]")
    store.create(f"F/{name}/_run", b"1")
    assert list(store.list("F/")) == [name]
    assert [listed.key for listed in store.walk("F/")] == [f"F/{name}/_run"]
    assert store.get(f"F/{name}/_run") == b"1"


def test_a_fork_uses_the_store_that_its_parent_used(store: Store) -> None:
    store.create("F/parent", b"1")
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            assert store.get("F/parent") == b"1"
            store.create("F/child", b"2")
            store.put_object("F/obj/ab/abc", [b"x" * 2 * MIB])
            try:
                store.create("F/child", b"3")
            except Exists:
                assert list(store.list("F/")) == ["child", "obj", "parent"]
                assert len(store.read("F/obj/ab/abc", 5, MIB)) == MIB
                code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert store.get("F/child") == b"2"
