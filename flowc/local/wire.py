"""Messages between the engine and its launcher: pickles with a length in front, over one Unix socket that can carry descriptors.

Both ends are processes of one run on one machine, so unpickling trusts nobody new.
"""

import pickle
import socket
import struct
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flowc.runtime_shim.contract import Attempt

_LENGTH = struct.Struct("!I")


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """First message to a launcher. `fresh`: an interpreter of its own per task, so do not import the flow. `root`: the store."""

    plan: dict[str, Any]
    code_dir: str
    root: str
    fresh: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """First answer: how many threads the import started, and values of decorators that only the imported flow knows, by step."""

    threads: int = 0
    decorators: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Start one process; its output goes to the descriptor that comes with the message. `hooks` runs exit hooks, not a step."""

    ticket: int
    attempt: Attempt
    hooks: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The process of `ticket` runs, as `pid` and leader of a process group."""

    ticket: int
    pid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Send `number` to the process group of `ticket`."""

    ticket: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The process of `ticket` is gone: its exit code, or the number of the signal that killed it, negative."""

    ticket: int
    status: int


class Wire:
    """One end of the socket."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._buffer = bytearray()
        self.descriptors: deque[int] = deque()

    def fileno(self) -> int:
        """Return the descriptor, for a selector."""
        return self._end.fileno()

    def send(self, message: object, descriptor: int | None = None) -> None:
        """Send one message; `descriptor` is duplicated to the other end. Raises OSError when that end is gone."""
        data = pickle.dumps(message, 5)
        data = _LENGTH.pack(len(data)) + data
        if descriptor is not None:
            sent = socket.send_fds(self._end, [data], [descriptor])
            data = data[sent:]
        if data:
            self._end.sendall(data)

    def receive(self) -> bool:
        """Read what has come, waiting for something; False at the end of the stream."""
        try:
            data, descriptors, _, _ = socket.recv_fds(self._end, 1 << 16, 16)
        except ConnectionResetError:
            return False
        self.descriptors.extend(descriptors)
        self._buffer += data
        return bool(data)

    def messages(self) -> Iterator[Any]:
        """Yield the messages that are complete."""
        while len(self._buffer) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._buffer)
            end = _LENGTH.size + length
            if len(self._buffer) < end:
                return
            message = pickle.loads(self._buffer[_LENGTH.size : end])
            del self._buffer[:end]
            yield message

    def close(self) -> None:
        """Close this end."""
        self._end.close()
