"""kill -9 at every point of an attempt: afterwards the state is old or new, and the next attempt succeeds."""

import os
import resource
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.attempts import EXIT, OWN, Watched, attempt, check_state, first_task

from flowc.runtime_shim.stores import Store, open_store

FILE_CALLS = ("open", "os.link", "os.rename", "os.remove", "os.mkdir", "os.utime", "os.listdir", "mmap.__new__")
CONTROL = {"next": "end", "at": "r"}


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    """A folder with the parent's record, to be copied for each kill."""
    folder = tmp_path / "prepared"
    first_task(open_store(folder.as_uri()))
    return folder


def child_dies(work: Callable[[], Any], by: int) -> bool:
    """Run `work` in a forked child; return whether it was killed by the signal, False where it came to its end."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except BaseException:
            import traceback

            traceback.print_exc()
            os._exit(9)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == by
        return True
    assert os.WEXITSTATUS(status) == 0
    return False


def check_after(folder: Path) -> str:
    store = open_store(folder.as_uri())
    state = check_state(store)
    before = store.get(OWN)
    assert attempt(store) == CONTROL
    assert check_state(store) == "new"
    if before is not None:
        assert store.get(OWN) == before, "a committed task was committed again"
    assert store.get(EXIT) is not None
    return state


class Killer:
    """Kills this process at the given count of calls; None: only lists them."""

    def __init__(self, at: int | None) -> None:
        self.seen: list[str] = []
        self._at = at

    def __call__(self, name: str) -> None:
        if len(self.seen) == self._at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.seen.append(name)


def killed_everywhere(prepared: Path, run: Callable[[Store, Killer], Any], count: int) -> list[str]:
    """Kill a run at each of its `count` points; return the states found, in order."""
    states = []
    for at in range(count):
        folder = prepared.with_name("killed")
        shutil.copytree(prepared, folder)
        store = open_store(folder.as_uri())
        assert child_dies(lambda store=store, at=at: run(store, Killer(at)), signal.SIGKILL)  # type: ignore[misc]
        states.append(check_after(folder))
        shutil.rmtree(folder)
    return states


def recorded(prepared: Path, run: Callable[[Store, Killer], Any]) -> list[str]:
    folder = prepared.with_name("recorded")
    shutil.copytree(prepared, folder)
    listener = Killer(None)
    run(open_store(folder.as_uri()), listener)
    return listener.seen


def test_before_and_after_every_store_call(prepared: Path) -> None:
    def run(store: Store, killer: Killer) -> None:
        attempt(Watched(store, killer))  # type: ignore[arg-type]  # it has every method

    calls = recorded(prepared, run)
    assert {call.split()[0] for call in calls} >= {"get", "create", "put_object", "map"}
    states = killed_everywhere(prepared, run, len(calls))
    turn = calls.index(f"create {OWN} done")
    assert states == ["old"] * turn + ["new"] * (len(calls) - turn)


@pytest.mark.slow
def test_before_every_call_of_the_file_system(prepared: Path) -> None:
    """Finer: inside `create` and `put_object`, at every call that Python reports to an audit hook."""
    active: list[Killer] = []

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if active and event in FILE_CALLS:
            active[0](f"{event} {arguments[0]}")

    sys.addaudithook(hook)

    def run(store: Store, killer: Killer) -> None:
        active.append(killer)
        try:
            attempt(store)
        finally:
            active.clear()

    calls = recorded(prepared, run)
    assert {call.split()[0] for call in calls} >= {"open", "os.link", "os.rename", "os.remove", "os.mkdir"}
    states = killed_everywhere(prepared, run, len(calls))
    assert states == sorted(states, reverse=True)
    assert {"old", "new"} == set(states)


@pytest.mark.parametrize("size", [0, 1, 63, 64, 200, 1_000, 4_096, 8_191, 30_000, 50_000, 60_000, 100_000, 140_000, 149_000])
def test_in_the_middle_of_a_write(prepared: Path, size: int) -> None:
    """The kernel kills the process with the first file that grows over `size` bytes, which stands there half written."""
    store = open_store(prepared.as_uri())

    def work() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        attempt(store)

    assert child_dies(work, signal.SIGXFSZ)
    assert check_after(prepared) == "old"
    names = {name for _, _, files in os.walk(prepared) for name in files}
    assert any(name.startswith("@") for name in names), "nothing was cut short: choose another size"


@pytest.mark.parametrize("key", [OWN, EXIT])
def test_in_the_middle_of_a_record(prepared: Path, key: str) -> None:
    """With all objects there already, the record is what the kernel cuts short, at lengths over all of it."""
    store = open_store(prepared.as_uri())
    attempt(store)
    length = store.size(key) or 0
    for size in range(0, length, 1 + length // 20):
        store.delete(EXIT)
        if key == OWN:
            store.delete(OWN)

        def work(size: int = size) -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
            attempt(store)

        assert child_dies(work, signal.SIGXFSZ)
        assert store.get(key) is None
        assert check_after(prepared) == ("old" if key == OWN else "new")
