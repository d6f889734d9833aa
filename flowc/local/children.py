"""What the operating system offers so that no process outlives its run: sessions, parent-death signals, adoption of orphans."""

import ctypes
import os
import signal
import sys
import time
from contextlib import suppress

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_SWEEP_SECONDS = 5.0

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(parent: int, number: int) -> None:
    """Have the kernel send signal `number` to this process when its parent ends; exit at once if `parent` is gone already.

    Linux only (prctl(2), PR_SET_PDEATHSIG); elsewhere the end of the launcher's socket has to do.
    """
    if _libc is None:
        return
    _libc.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def adopt_orphans() -> None:
    """Make this process the parent of descendants whose own parent ends (Linux: PR_SET_CHILD_SUBREAPER)."""
    if _libc is not None:
        _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def signal_group(group: int, number: int) -> None:
    """Send a signal to a process group, which may be gone."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def reap() -> list[tuple[int, int]]:
    """Return (pid, status) of every child that ended, with what was left of its process group killed.

    The group is killed before its leader is waited for, while its number cannot belong to anybody else.
    """
    ended: list[tuple[int, int]] = []
    while True:
        try:
            if sys.platform == "linux":
                found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
                if found is None:
                    return ended
                signal_group(found.si_pid, signal.SIGKILL)
                pid, status = os.waitpid(found.si_pid, 0)
            else:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return ended
                signal_group(pid, signal.SIGKILL)
        except ChildProcessError:
            return ended
        ended.append((pid, os.waitstatus_to_exitcode(status)))


def sweep(groups: list[int]) -> None:
    """Kill the given process groups, then every child and adopted orphan of this process, and wait until none is left."""
    for group in groups:
        signal_group(group, signal.SIGKILL)
    deadline = time.monotonic() + _SWEEP_SECONDS
    while time.monotonic() < deadline:
        for pid in _children():
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.005)


def kill_marked(mark: str) -> None:
    """Kill every process whose environment holds `mark`, until none is left or five seconds have passed (Linux; else nothing).

    For what outlived the launcher that would have adopted it. Processes that appear meanwhile are found in the next round.
    """
    deadline = time.monotonic() + _SWEEP_SECONDS
    while (found := _marked(mark.encode())) and time.monotonic() < deadline:
        for pid in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.005)


def _marked(mark: bytes) -> list[int]:
    found = []
    for pid in map(int, filter(str.isdigit, os.listdir("/proc") if os.path.isdir("/proc") else ())):
        with suppress(OSError), open(f"/proc/{pid}/environ", "rb") as environ:
            if mark in environ.read() and pid != os.getpid():
                found.append(pid)
    return found


def _children() -> list[int]:
    """Return the children of this process as /proc lists them; empty where the kernel does not."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as listing:
            return [int(pid) for pid in listing.read().split()]
    except OSError:
        return []
