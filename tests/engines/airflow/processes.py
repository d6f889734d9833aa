"""Long-running processes of one test site: each in its own session, ended by the ids that belong to the site, never by a name."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

GRACE_SECONDS = 20


class Processes:
    """Processes by name. Each writes `<name>.log` in `folder`; `mark` is a variable of their environment that nobody else has."""

    def __init__(self, folder: Path, mark: tuple[str, str]) -> None:
        self.folder = folder
        self.mark = mark
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start `command`; where the system can, it is told to end when this process dies."""
        guard = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
        if guard and command[0] == "setpriv":
            command = command[1:]
        variable, value = self.mark
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [*guard, *command], env={**environment, variable: value}, stdout=log, stderr=log, cwd="/", start_new_session=True
            )

    def check(self) -> None:
        """Raise AssertionError with the log of a process that ended by itself."""
        for name, process in self.running.items():
            if process.poll() is not None:
                raise AssertionError(f"{name} ended with {process.returncode}\n{self.tail(name, 6000)}")

    def kill(self, name: str, spare: Collection[int] = ()) -> None:
        """Kill one process and all that it started, at once, as a machine that dies would; but not the groups in `spare`."""
        process = self.running.pop(name)
        started = _descendants([process.pid])
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        _kill(started, spare)

    def stop(self, names: Sequence[str]) -> None:
        """End these processes and all that they started, gently first."""
        stopping = [self.running.pop(name) for name in names if name in self.running]
        started = _descendants([process.pid for process in stopping])
        for process in stopping:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        for process in stopping:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        _kill(started)

    def stop_strays(self) -> None:
        """Kill what is left of the site: processes that carry its mark."""
        for _ in range(10):
            strays = list(self._marked())
            if not strays:
                return
            for pid in strays:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.1)

    def _marked(self) -> Iterator[int]:
        wanted = "=".join(self.mark).encode()
        for pid in _processes():
            with suppress(OSError):
                if pid != os.getpid() and wanted in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
                    yield pid

    def tail(self, name: str, characters: int = 1500) -> str:
        """The end of a process's log."""
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace")[-characters:] if path.exists() else ""

    def tails(self) -> str:
        """The ends of all logs."""
        return "".join(f"\n--- {path.name}\n{self.tail(path.stem)}" for path in sorted(self.folder.glob("*.log")))


def _processes() -> Iterator[int]:
    return (int(folder.name) for folder in Path("/proc").glob("[0-9]*"))


def _stat(pid: int) -> tuple[int, int]:
    """(parent, time of start) of a process: fields 4 and 22 of `proc_pid_stat(5)`; raises OSError where it is gone."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[1]), int(fields[19])


def _descendants(roots: Sequence[int]) -> dict[int, int]:
    """Time of start of every process below `roots`. Airflow's own lose the mark: they write their titles over their environment."""
    found: dict[int, tuple[int, int]] = {}
    for pid in _processes():
        with suppress(OSError):
            found[pid] = _stat(pid)
    below: dict[int, int] = {}
    newest = set(roots)
    while newest:
        newest = {pid for pid, (parent, _) in found.items() if parent in newest and pid not in below}
        below |= {pid: found[pid][1] for pid in newest}
    return below


def _kill(started: Mapping[int, int], spare: Collection[int] = ()) -> None:
    """Kill what still lives of these processes, except the groups in `spare`."""
    for pid, begun in started.items():
        with suppress(OSError):
            if _stat(pid)[1] == begun and os.getpgid(pid) not in spare:
                os.kill(pid, signal.SIGKILL)
