"""The engine's side of the task processes: it has the launcher start and signal them, and gathers their output and their ends."""

import os
import secrets
import selectors
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from types import FrameType, TracebackType
from typing import Any, Self

from flowc.local.children import kill_marked, signal_group
from flowc.local.wire import Begin, Ended, Hello, Signal, Start, Started, Wire
from flowc.runtime_shim.contract import Attempt

IMPORT_TICKET = 0
"""Ticket of what the launcher prints itself, while it imports the flow."""

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_MARK = "FLOWC_LAUNCHER"
"""Environment variable by which processes are found that outlive a launcher: each run has a value of its own."""

_CHUNK = 1 << 16
_LONGEST_LINE = 1 << 16
_PIPE_CHUNKS = 32
"""Reads that surely empty a pipe; a process that escaped its session may go on writing for ever."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of output, without its line end."""

    ticket: int
    text: str


@dataclass(frozen=True, slots=True)
class Gone:
    """A process ended and its output is complete; `status` as in `wire.Ended`."""

    ticket: int
    status: int


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The engine itself got this signal."""

    number: int


@dataclass(frozen=True, slots=True)
class Lost:
    """The launcher is gone, and with it every process that ran."""


Happening = Hello | Line | Gone | Interrupted | Lost


@dataclass(slots=True)
class _Output:
    descriptor: int
    tail: bytearray = field(default_factory=bytearray)


class Processes:
    """The processes of one run. A context manager: on leaving, whatever still runs is killed."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._wire: Wire | None = None
        self._launcher: subprocess.Popen[bytes] | None = None
        self._outputs: dict[int, _Output] = {}
        self._pids: dict[int, int] = {}
        self._running: set[int] = set()
        self._next_ticket = IMPORT_TICKET + 1
        self._handlers: dict[int, Any] = {}
        self._signals: list[int] = []
        self._wake: tuple[int, int] | None = None
        self._old_wakeup = -1
        self._mark = secrets.token_hex(16)

    def __enter__(self) -> Self:
        self._wake = os.pipe()
        for end in self._wake:
            os.set_blocking(end, False)
        self._selector.register(self._wake[0], selectors.EVENT_READ, None)
        try:
            self._old_wakeup = signal.set_wakeup_fd(self._wake[1], warn_on_full_buffer=False)
        except ValueError:  # not the main thread: whoever runs us there looks after signals
            return self
        self._handlers = {number: signal.signal(number, self._note) for number in _STOPPING}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end_launcher()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        if self._handlers:
            signal.set_wakeup_fd(self._old_wakeup)
        self._selector.close()
        for end in self._wake or ():
            os.close(end)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._signals.append(number)

    def begin(self, begin: Begin) -> None:
        """Start a launcher, in place of the one before; its `Hello` comes through `wait`."""
        self._end_launcher()
        ours, theirs = socket.socketpair()
        reading, writing = os.pipe()
        with theirs:
            command = [sys.executable, "-P", "-m", "flowc.local.launcher", str(theirs.fileno()), str(os.getpid())]
            self._launcher = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=writing,
                stderr=writing,
                pass_fds=[theirs.fileno()],
                env={**os.environ, _MARK: self._mark},
                start_new_session=True,
            )
        os.close(writing)
        self._wire = Wire(ours)
        self._selector.register(self._wire, selectors.EVENT_READ, None)
        self._watch(IMPORT_TICKET, reading)
        self._wire.send(begin)

    def start(self, attempt: Attempt, hooks: str | None = None) -> int:
        """Start the process of an attempt and return its ticket."""
        assert self._wire is not None
        ticket, self._next_ticket = self._next_ticket, self._next_ticket + 1
        reading, writing = os.pipe()
        self._watch(ticket, reading)
        self._running.add(ticket)
        try:
            self._wire.send(Start(ticket=ticket, attempt=attempt, hooks=hooks), writing)
        except OSError:
            pass  # the launcher is gone: its end of the socket says so in `wait`
        finally:
            os.close(writing)
        return ticket

    def signal(self, ticket: int, number: int) -> None:
        """Send a signal to a process and those it started."""
        if self._wire is not None and ticket in self._running:
            try:
                self._wire.send(Signal(ticket=ticket, number=number))
            except OSError:
                pass

    def wait(self, seconds: float | None) -> list[Happening]:
        """Return what happened, after waiting for something up to `seconds` (None: as long as it takes)."""
        happenings: list[Happening] = []
        wire_ready = False
        for key, _ in self._selector.select(seconds):
            if isinstance(key.data, int):
                self._read(key.data, happenings)
            elif key.fileobj is self._wire:
                wire_ready = True
            else:
                os.read(key.fd, _CHUNK)
        if wire_ready:
            self._listen(happenings)
        while self._signals:
            happenings.append(Interrupted(self._signals.pop(0)))
        return happenings

    def _listen(self, happenings: list[Happening]) -> None:
        assert self._wire is not None
        alive = self._wire.receive()
        for message in self._wire.messages():
            match message:
                case Started(ticket=ticket, pid=pid):
                    self._pids[ticket] = pid
                case Ended(ticket=ticket, status=status):
                    self._bury(ticket, status, happenings)
                case Hello():
                    happenings.append(message)
        if not alive:
            for pid in self._pids.values():
                signal_group(pid, signal.SIGKILL)
            for ticket in sorted(self._running):
                self._bury(ticket, -signal.SIGKILL, happenings)
            self._end_launcher()
            kill_marked(f"{_MARK}={self._mark}")
            happenings.append(Lost())

    def _bury(self, ticket: int, status: int, happenings: list[Happening]) -> None:
        self._pids.pop(ticket, None)
        self._running.discard(ticket)
        for _ in range(_PIPE_CHUNKS):
            if ticket not in self._outputs or not self._read(ticket, happenings):
                break
        self._unwatch(ticket, happenings)
        happenings.append(Gone(ticket, status))

    def _watch(self, ticket: int, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        self._outputs[ticket] = _Output(descriptor)
        self._selector.register(descriptor, selectors.EVENT_READ, ticket)

    def _unwatch(self, ticket: int, happenings: list[Happening]) -> None:
        output = self._outputs.pop(ticket, None)
        if output is None:
            return
        self._selector.unregister(output.descriptor)
        os.close(output.descriptor)
        if output.tail:
            happenings.append(Line(ticket, _text(output.tail)))

    def _read(self, ticket: int, happenings: list[Happening]) -> bool:
        """Read one chunk of output; False when there is none at the moment or no more to come."""
        output = self._outputs[ticket]
        try:
            data = os.read(output.descriptor, _CHUNK)
        except BlockingIOError:
            return False
        if not data:
            self._unwatch(ticket, happenings)
            return False
        *lines, rest = (output.tail + data).split(b"\n")
        while len(rest) > _LONGEST_LINE:
            lines.append(rest[:_LONGEST_LINE])
            rest = rest[_LONGEST_LINE:]
        output.tail = bytearray(rest)
        happenings.extend(Line(ticket, _text(line)) for line in lines)
        return True

    def _end_launcher(self) -> None:
        """Close the socket, at which the launcher kills what it started and ends, and wait for that."""
        if self._wire is None or self._launcher is None:
            return
        self._selector.unregister(self._wire)
        self._wire.close()
        self._wire = None
        try:
            self._launcher.wait(10)
        except subprocess.TimeoutExpired:
            self._launcher.kill()
            self._launcher.wait()
            kill_marked(f"{_MARK}={self._mark}")
        for pid in self._pids.values():
            signal_group(pid, signal.SIGKILL)
        self._pids.clear()
        for ticket in list(self._outputs):
            self._unwatch(ticket, [])


def _text(line: bytearray | bytes) -> str:
    """Return what a terminal would show at the end of the line: a progress bar's last state."""
    text = line.decode("utf-8", "replace").rstrip("\r")
    return text.rpartition("\r")[2]
