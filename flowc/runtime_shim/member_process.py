"""A member's process: forked, in a process group of its own, waited for, and told to end when this process is.

What a member starts ends with it, and a member ends with the process that started it, so that nothing outlives the task.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress

from flowc.runtime_shim.contract import EXIT_BUG
from flowc.runtime_shim.typed import Any

_ENDING = (signal.SIGTERM, signal.SIGINT)
_GRACE = 10.0
"""Seconds that a member has to end after SIGTERM where it ran out of time."""
_PR_SET_PDEATHSIG = 1


class MemberProcesses:
    """Runs members one after the other. A context: inside it this process ends by SIGTERM and SIGINT only behind its member.

    `told` is the signal that said so, None for none.
    """

    def __init__(self) -> None:
        self.told: int | None = None
        self._running: set[int] = set()
        self._overdue: int | None = None
        self._before: list[Any] = []

    def __enter__(self) -> "MemberProcesses":
        self._before = [signal.signal(number, self._end) for number in _ENDING]
        return self

    def __exit__(self, *_: Any) -> None:
        for number, action in zip(_ENDING, self._before, strict=True):
            signal.signal(number, action if action is not None else signal.SIG_DFL)

    def run(self, work: Callable[[], int], seconds: float | None) -> int:
        """Return the exit status of a child process that runs `work` and ends with what it returns; minus the signal that killed it.

        seconds: after them the child is told to end, and killed when it does not; None for no bound.
        """
        return self.run_together([work], seconds)[0]

    def run_together(self, works: list[Callable[[], int]], seconds: float | None) -> list[int]:
        """Return the exit statuses of children that run at the same time; where one fails the others are told to end."""
        pids = [self._fork(work) for work in works]
        statuses: dict[int, int] = {}
        before = signal.signal(signal.SIGALRM, self._run_out) if seconds is not None else None
        if seconds is not None:
            signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            while self._running:
                pid, status = self._bury(pids[0] if len(pids) == 1 else 0)
                if pid in self._running:
                    self._running.discard(pid)
                    statuses[pid] = status
                    if status:
                        self._signal(signal.SIGTERM)
        finally:
            if seconds is not None:
                signal.setitimer(signal.ITIMER_REAL, 0)
                signal.signal(signal.SIGALRM, before if before is not None else signal.SIG_DFL)
                self._overdue = None
        return [statuses[pid] for pid in pids]

    def _fork(self, work: Callable[[], int]) -> int:
        _flush()
        parent = os.getpid()
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
        pid = os.fork()
        if pid == 0:
            _become(work, parent, mask)
        with suppress(OSError):
            os.setpgid(pid, pid)
        self._running.add(pid)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        return pid

    def _bury(self, wanted: int) -> tuple[int, int]:
        """Wait for a child, kill what is left of its group while its number cannot belong to anybody else, and return its status."""
        if hasattr(os, "waitid"):
            found = os.waitid(os.P_PID if wanted else os.P_ALL, wanted, os.WEXITED | os.WNOWAIT)
            wanted = found.si_pid if found is not None else wanted
            _signal_group(wanted, signal.SIGKILL)
        pid, status = os.waitpid(wanted or -1, 0)
        return pid, os.waitstatus_to_exitcode(status)

    def pause(self, seconds: float) -> None:
        """Wait; a signal to end ends this process at once, for nothing runs in it."""
        time.sleep(seconds)

    def _end(self, number: int, frame: Any) -> None:
        if not self._running:
            os._exit(128 + number)
        self.told = self.told or number
        self._signal(signal.SIGTERM)

    def _run_out(self, number: int, frame: Any) -> None:
        self._signal(signal.SIGTERM if self._overdue is None else signal.SIGKILL)
        self._overdue = number
        signal.setitimer(signal.ITIMER_REAL, _GRACE)

    def _signal(self, number: int) -> None:
        for pid in self._running:
            _signal_group(pid, number)


def _become(work: Callable[[], int], parent: int, mask: set[Any]) -> None:
    code = EXIT_BUG
    try:
        os.setpgid(0, 0)
        _die_with(parent)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        code = work()
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        _flush()
        os._exit(code)


def _die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent ends; Linux only (prctl(2), PR_SET_PDEATHSIG)."""
    if sys.platform != "linux":
        return
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(EXIT_BUG)


def _signal_group(group: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError, OSError):
            stream.flush()
