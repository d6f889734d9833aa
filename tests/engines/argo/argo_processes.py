"""The engine's process tree: pid 1 of network, mount and pid namespaces of its own. When that process ends, all of it ends."""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

CLONE_NEWNET = 0x40000000
"""https://man7.org/linux/man-pages/man2/setns.2.html"""


class EngineFailed(AssertionError):
    """The engine cannot be built, started or kept: what happened, and the ends of the logs."""


class Tree:
    """Processes by name below one pid 1; each writes `log/NAME.log` in the folder. `state.json` lets another process find them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._state = folder / "state.json"
        self._children: list[subprocess.Popen[bytes]] = []

    def create(self, init: Path, *, keep: bool = False) -> None:
        """Make the namespaces around the program `init`; unless `keep`, they end with the calling thread."""
        (self.folder / "log").mkdir(parents=True, exist_ok=True)
        guard = [] if keep else ["setpriv", "--pdeathsig", "KILL"]
        spaces = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private"]
        with (self.folder / "log/init.log").open("ab") as log:
            outer = subprocess.Popen(
                [*guard, "unshare", *spaces, str(init)], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self._children.append(outer)

        def ready() -> int:
            if outer.poll() is not None:
                raise EngineFailed(
                    f"this machine refuses namespaces: unshare ended with {outer.returncode}. The engine needs root, "
                    f"and in a container --privileged\n{self.tail('init')}"
                )
            pid = _child_of(outer.pid)
            return pid if pid and _program(pid) == init.resolve() else 0

        self._write({"init": self.until("namespaces of its own", 10, ready)})

    @property
    def init(self) -> int:
        """Pid 1 of the engine, as it is known outside; raises EngineFailed where it does not run."""
        pid = self._read().get("init", 0)
        if not pid or not _lives(pid):
            raise EngineFailed(f"no engine runs in {self.folder}{self.tails()}")
        return pid

    def start(self, name: str, *command: str | Path, environment: Mapping[str, str] | None = None) -> None:
        """Start a program that stays."""
        with (self.folder / f"log/{name}.log").open("ab") as log:
            child = subprocess.Popen(
                self.inside(*command),
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
            )
        self._children.append(child)

        def ready() -> int:
            if child.poll() is not None:
                raise EngineFailed(f"{name} ended with {child.returncode}\n{self.tail(name, 4000)}")
            return _child_of(child.pid)

        self._write({**self._read(), name: self.until(f"{name} to start", 10, ready)})

    def kill(self, name: str) -> None:
        """Kill one program, as a machine that dies would, and return when it is gone."""
        state = self._read()
        pid = state.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        self.until(f"{name} to be gone", 10, lambda: not _lives(pid))
        self._write(state)

    def run(self, *command: str | Path, check: bool = True, mounts: bool = True) -> str:
        """Run a program in the engine to its end and return its output; raises EngineFailed unless it succeeds."""
        done = subprocess.run(
            self.inside(*command, mounts=mounts),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd="/",
        )
        if check and done.returncode != 0:
            raise EngineFailed(f"{' '.join(map(str, command))} ended with {done.returncode}\n{done.stdout[-3000:]}")
        return done.stdout

    def inside(self, *command: str | Path, mounts: bool = True) -> list[str]:
        """The command line that runs `command` in the engine; without `mounts`, with the caller's files and processes."""
        spaces = ["-n", "-m", "-p"] if mounts else ["-n"]
        return ["nsenter", "-t", str(self.init), *spaces, "--", *map(str, command)]

    @contextlib.contextmanager
    def network(self) -> Iterator[None]:
        """The calling thread, and what it starts, stands on the engine's network for as long as the context lasts."""
        with Path("/proc/thread-self/ns/net").open() as before, Path(f"/proc/{self.init}/ns/net").open() as there:
            _enter(there.fileno())
            try:
                yield
            finally:
                _enter(before.fileno())

    def destroy(self) -> None:
        """Kill pid 1, and with it everything; return when it is gone."""
        pid = self._read().get("init", 0)
        if pid and _lives(pid):
            os.kill(pid, signal.SIGKILL)
            self.until("the engine to end", 20, lambda: not _lives(pid))
        for child in self._children:
            child.wait(20)
        self._children.clear()
        self._state.unlink(missing_ok=True)

    def check(self) -> None:
        """Raise EngineFailed with the log of a program that ended by itself."""
        for name, pid in self._read().items():
            if not _lives(pid):
                raise EngineFailed(f"{name} ended by itself\n{self.tail(name, 4000)}")

    def until(self, what: str, seconds: float, probe: Callable[[], T]) -> T:
        """Return what `probe` gives once it is true; raises EngineFailed after `seconds`."""
        deadline = time.monotonic() + seconds
        while not (found := probe()):
            if time.monotonic() > deadline:
                raise EngineFailed(f"waited {seconds:.0f} s in vain for {what}{self.tails()}")
            time.sleep(0.1)
        return found

    def tail(self, name: str, characters: int = 800) -> str:
        """The end of a program's log."""
        path = self.folder / f"log/{name}.log"
        return path.read_text(errors="replace")[-characters:] if path.exists() else ""

    def tails(self) -> str:
        """The ends of all logs."""
        return "".join(f"\n--- {path.name}\n{self.tail(path.stem)}" for path in sorted(self.folder.glob("log/*.log")))

    def _read(self) -> dict[str, int]:
        found: dict[str, int] = json.loads(self._state.read_text()) if self._state.exists() else {}
        return found

    def _write(self, state: Mapping[str, int]) -> None:
        self._state.write_text(json.dumps(state))


def _enter(descriptor: int) -> None:
    if ctypes.CDLL(None, use_errno=True).setns(descriptor, CLONE_NEWNET) != 0:
        raise EngineFailed(f"setns: {os.strerror(ctypes.get_errno())}")


def _program(pid: int) -> Path | None:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/exe").resolve()
    return None


def _status(pid: int) -> tuple[str, int]:
    """(state, parent) of a process, by `proc_pid_stat(5)`; raises OSError where it is gone."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return fields[0], int(fields[1])


def _child_of(pid: int) -> int:
    """A child of a process, 0 where it has none."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if _status(int(folder.name))[1] == pid:
                return int(folder.name)
    return 0


def _lives(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return _status(pid)[0] not in "ZX"
    return False
