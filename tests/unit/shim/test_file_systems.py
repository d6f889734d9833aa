"""A store on a full, a read-only and a linkless file system: an error that says what to do, and what was committed stays whole."""

import os
import signal
from pathlib import Path

import pytest
from support.attempts import FLOW, OWN, attempt, check_state, first_task
from support.linkless import mount_linkless
from support.namespaces import bind_read_only, in_namespace, mount

from flowc.runtime_shim.stores import Store, StoreError, open_store


def temporaries(folder: Path) -> list[str]:
    return [name for _, _, names in os.walk(folder) for name in names if name.startswith("@")]


def refusal(store: Store) -> str | None:
    try:
        attempt(store)
    except StoreError as error:
        return str(error)
    return None


def test_full(tmp_path: Path) -> None:
    """Every amount of room between nothing and enough: nothing half written, and it succeeds once there is room."""
    folder = tmp_path / "full"

    def work() -> None:
        mount("tmpfs", folder, "size=1m")
        store = open_store(folder.as_uri())
        first_task(store)
        states = []
        for pages in range(0, 140, 3):
            with (folder / "filler").open("wb", buffering=0) as filler:
                filler.write(b"x" * 4096 * max(os.statvfs(folder).f_bavail - pages, 0))
            trouble = refusal(store)
            (folder / "filler").unlink()
            assert not temporaries(folder)
            if trouble is None:
                break
            assert "there is no space left: free some" in trouble
            assert str(folder) in trouble
            states.append(check_state(store))
        assert len(states) > 3
        assert states == sorted(states, reverse=True), "old, then new: the exit record alone may be missing"
        assert attempt(store) == {"next": "end", "at": "r"}
        assert check_state(store) == "new"

    in_namespace(work)


def test_read_only(tmp_path: Path) -> None:
    first_task(open_store((tmp_path / "written").as_uri()))

    def work() -> None:
        bind_read_only(tmp_path / "written", tmp_path / "seen")
        store = open_store((tmp_path / "seen").as_uri())
        with pytest.raises(StoreError, match="it is read-only: mount it for writing, or choose another root"):
            attempt(store)
        assert check_state(store) == "old"

    in_namespace(work)
    assert not temporaries(tmp_path)


def test_without_hard_links(tmp_path: Path) -> None:
    """Nothing commits there, objects or not: without links two attempts could both win."""
    folder = tmp_path / "linkless"

    def work() -> None:
        server = mount_linkless(folder)
        try:
            store = open_store(folder.as_uri())
            assert store.settle_seconds == 10, "what a fuse file system shows may be another machine's"
            with pytest.raises(StoreError, match=r"no hard links.*choose a root on another file system"):
                first_task(store)
            assert store.get(OWN) is None
            assert list(store.list(f"{FLOW}/")) == ["obj", "runs"]
            assert not temporaries(folder)
            store.put_object("F/obj/00/00", [b"a", b"b"])
            assert store.get("F/obj/00/00") == b"ab"
        finally:
            os.kill(server, signal.SIGKILL)
            os.waitpid(server, 0)

    in_namespace(work)


def test_without_rights(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o555)

    def work() -> None:
        if os.geteuid() == 0:
            os.chmod(tmp_path, 0o755)
            mount("tmpfs", folder, "mode=0555")
            os.setuid(65534)
        with pytest.raises(StoreError, match=r"permission is denied: give user id \d+ the right"):
            open_store(folder.as_uri()).create("F/x", b"data")

    in_namespace(work)
