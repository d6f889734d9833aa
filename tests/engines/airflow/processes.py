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
        """Kill one process, its group and what they started, at once, as a machine that dies would; but not the groups in `spare`."""
        process = self.running.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.stop_strays(spare)

    def stop(self, names: Sequence[str]) -> None:
        """End these processes and their groups, gently first."""
        stopping = [self.running.pop(name) for name in names if name in self.running]
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

    def stop_strays(self, spare: Collection[int] = ()) -> None:
        """Kill what processes of the site started in sessions of their own, such as steps, and left behind; not the groups in `spare`."""
        kept = {*spare, *(process.pid for process in self.running.values())}
        for _ in range(10):
            strays = [pid for pid, group in self._marked() if group not in kept]
            if not strays:
                return
            for pid in strays:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.1)

    def _marked(self) -> Iterator[tuple[int, int]]:
        """(process id, group id) of every process that carries the mark."""
        wanted = "=".join(self.mark).encode()
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                pid = int(folder.name)
                if pid != os.getpid() and wanted in (folder / "environ").read_bytes().split(b"\0"):
                    yield pid, os.getpgid(pid)

    def tail(self, name: str, characters: int = 1500) -> str:
        """The end of a process's log."""
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace")[-characters:] if path.exists() else ""

    def tails(self) -> str:
        """The ends of all logs."""
        return "".join(f"\n--- {path.name}\n{self.tail(path.stem)}" for path in sorted(self.folder.glob("*.log")))
