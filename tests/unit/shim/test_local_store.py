"""What every store promises, on files."""

import errno
import os
import threading
from pathlib import Path

import pytest

from flowc.runtime_shim.contract import component
from flowc.runtime_shim.stores import Exists, Store, StoreError, StoreUnavailable, open_store
from flowc.runtime_shim.stores.file_errors import described
from flowc.runtime_shim.stores.file_systems import file_system
from flowc.runtime_shim.stores.local import path_of


@pytest.fixture(params=[False, True], ids=["quick", "durable"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return open_store((tmp_path / "root").as_uri(), durable=request.param)


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_records(store: Store) -> None:
    assert store.get("F/runs/1/a/r/commit") is None
    store.create("F/runs/1/a/r/commit", b"one")
    with pytest.raises(Exists, match="F/runs/1/a/r/commit exists already"):
        store.create("F/runs/1/a/r/commit", b"two")
    assert store.get("F/runs/1/a/r/commit") == b"one"
    assert store.size("F/runs/1/a/r/commit") == 3
    store.create("F/empty", b"")
    assert store.get("F/empty") == b""


def test_objects(store: Store) -> None:
    parts = [b"head", bytearray(70_000), memoryview(b"tail").cast("B")]
    store.put_object("F/obj/ab/abc", parts)
    store.put_object("F/obj/ab/abc", parts)
    assert store.size("F/obj/ab/abc") == 70_008
    assert bytes(store.read("F/obj/ab/abc", 70_004, 4)) == b"tail"
    buffer = store.read("F/obj/ab/abc", 0, 4)
    buffer[0] = 0
    view = store.map("F/obj/ab/abc")
    assert view is not None
    view[:4] = b"HEAD"
    assert bytes(store.read("F/obj/ab/abc", 0, 4)) == b"head"


def test_an_object_of_another_size_is_replaced(store: Store) -> None:
    store.create("F/obj/ab/abc", b"torn")
    store.put_object("F/obj/ab/abc", [b"whole", b"!"])
    assert store.get("F/obj/ab/abc") == b"whole!"


def test_listing(store: Store, tmp_path: Path) -> None:
    for key in ("F/runs/1/a/r/commit", "F/runs/1/_run", "F/runs/1/b/r.1/commit", "F/runs/1/b/r.1/fail.x"):
        store.create(key, b"{}")
    (tmp_path / "root/F/runs/1/@left.over").write_bytes(b"killed here")
    assert list(store.list("F/runs/1/")) == ["_run", "a", "b"]
    assert list(store.list("F/runs/1/b/r.1/")) == ["commit", "fail.x"]
    assert list(store.list("")) == ["F"]
    assert list(store.list("G/runs/")) == []


def test_deleting(store: Store) -> None:
    store.create("F/x", b"1")
    store.delete("F/x")
    store.delete("F/x")
    assert store.get("F/x") is None


def test_missing_and_short(store: Store) -> None:
    store.create("F/x", b"123")
    store.create("F/empty", b"")
    for call in (lambda: store.read("F/no", 0, 1), lambda: store.map("F/no")):
        with pytest.raises(StoreError, match=r"F/no is missing in file://.*the root is not the one"):
            call()
    for offset, length in ((0, 4), (3, 1), (-1, 1), (0, 10**15)):
        with pytest.raises(StoreError, match=r"F/x in file://.* is damaged: it has 3 bytes"):
            store.read("F/x", offset, length)
    with pytest.raises(StoreError, match="it is empty"):
        store.map("F/empty")
    assert store.size("F/no") is None
    assert store.size("F/x/below") is None


@pytest.mark.parametrize("key", ["", "/a", "a//b", "a/../b", "./a", "a/.", "a/@x", "a\0b"])
def test_what_is_no_key_is_refused(store: Store, key: str) -> None:
    with pytest.raises(ValueError, match="is not a key"):
        store.get(key)


def test_keys_of_any_run_name(store: Store) -> None:
    name = component("run @1/ü%#?:+~=")
    store.create(f"F/{name}", b"1")
    assert list(store.list("F/")) == [name]


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        ("file:///var/flows", "/var/flows"),
        ("file:///var/flows/", "/var/flows"),
        ("file://localhost/var/flows", "/var/flows"),
        ("file:///a%20b/%C3%BC/100%25", "/a b/ü/100%"),
        ("file:///a#b?c", "/a#b?c"),
        ("file:///%ff", "/\udcff"),
        ("file:///a/../b", "/b"),
    ],
)
def test_roots(url: str, folder: str) -> None:
    assert path_of(url) == folder


@pytest.mark.parametrize("name", ["a b", "ü", "100%", "a#b?c", "%41", os.fsdecode(b"\xff\xfe")])
def test_root_folders(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    open_store(folder.as_uri()).create("F/x", b"1")
    assert (folder / "F/x").read_bytes() == b"1"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("/var/flows", "is not a store root: write an absolute URL, such as file:///var/flows"),
        ("file://var/flows", "has three slashes"),
        ("file://", "has three slashes"),
        ("file:///a%00b", "zero byte"),
        ("s3:///prefix", r"'' is no name of a bucket: a root reads s3://bucket/prefix"),
        ("s3://b u/prefix", "is no name of a bucket"),
        ("s3://bucket/a//b", "has an empty part"),
        ("s3://bucket/a/../b", "has an empty part"),
        ("gs://bucket", "no Google Cloud Storage store yet"),
        ("az://bucket", "no Azure Blob Storage store yet"),
        ("ftp://host/x", "there is no store for ftp:// roots"),
    ],
)
def test_other_roots(url: str, words: str) -> None:
    with pytest.raises(StoreError, match=words):
        open_store(url)


def test_a_name_too_long(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="too long for the file system: shorten the name of the run"):
        store.create(f"F/{'x' * 300}/commit", b"1")
    assert files(tmp_path) == []


def test_a_file_where_a_folder_is_needed(store: Store, tmp_path: Path) -> None:
    store.create("F/x", b"1")
    with pytest.raises(StoreError, match="a file stands where a folder is needed"):
        store.create("F/x/y", b"2")
    with pytest.raises(StoreError, match="a folder stands where a file is needed"):
        store.put_object("F", [b"2"])
    assert files(tmp_path) == ["root/F/x"]


def test_what_may_pass_is_told_apart() -> None:
    assert isinstance(described(OSError(errno.ESTALE, ""), "read", "k", "/x"), StoreUnavailable)
    assert not isinstance(described(OSError(errno.ENOSPC, ""), "write", "k", "/x"), StoreUnavailable)


def test_a_part_that_cannot_be_written_leaves_no_temporary(tmp_path: Path) -> None:
    store = open_store((tmp_path / "root").as_uri())
    store.create("F/x", b"1")
    released = memoryview(b"x")
    released.release()
    with pytest.raises(ValueError, match="released"):
        store.create("F/y", released)
    assert files(tmp_path) == ["root/F/x"]


def test_sixteen_writers(tmp_path: Path) -> None:
    """Of 16 writers of 30 keys, in processes and threads, exactly one wins each, and its bytes stand there."""
    folder = tmp_path / "root"
    workers, threads, keys = 4, 4, 30
    begin = tmp_path / "begin"
    children = []
    for worker in range(workers):
        child = os.fork()
        if child == 0:
            try:
                _write_all(folder, begin, tmp_path / f"won.{worker}", worker, threads, keys)
            finally:
                os._exit(0)
        children.append(child)
    begin.touch()
    for child in children:
        os.waitpid(child, 0)
    won = [line.split() for worker in range(workers) for line in (tmp_path / f"won.{worker}").read_text().splitlines()]
    assert sorted(int(key) for key, _ in won) == list(range(keys))
    store = open_store(folder.as_uri())
    for key, writer in won:
        assert store.get(f"F/{key}/commit") == writer.encode() * 1000
    assert len(files(folder)) == keys


def _write_all(folder: Path, begin: Path, result: Path, worker: int, threads: int, keys: int) -> None:
    won: list[str] = []

    def write(thread: int) -> None:
        store = open_store(folder.as_uri())
        writer = f"{worker}.{thread}"
        while not begin.exists():
            pass
        for key in range(keys):
            try:
                store.create(f"F/{key}/commit", writer.encode() * 1000)
            except Exists:
                continue
            won.append(f"{key} {writer}\n")

    running = [threading.Thread(target=write, args=(thread,)) for thread in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    result.write_text("".join(won))


def test_file_systems_are_told_apart(tmp_path: Path) -> None:
    assert file_system("/proc/self") == "proc"
    assert file_system(str(tmp_path / "not/there/yet")) == file_system(str(tmp_path)) != ""
    assert open_store("file:///proc/self").settle_seconds == 0
