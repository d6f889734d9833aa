"""What a task prints: caught at the descriptors, so that child processes and C code are in it, and passed on as it comes.

Standard output and error go through one pipe: their order is kept, and the log holds both.
"""

import os
import select
import sys
import threading
from collections import deque
from contextlib import suppress

from flowc.runtime_shim.typed import Any

HEAD_BYTES = 1024 * 1024
TAIL_BYTES = 7 * 1024 * 1024
LONGEST_LINE = 64 * 1024
"""A labelled line that goes on for longer is broken."""
_STOPPED = b"!"
_MOST_IN_PIPE = 1024 * 1024
"""Bytes that wait in a pipe at most: fs.pipe-max-size of Linux (pipe(7))."""


class Capture:
    """A context in which descriptors 1 and 2 lead into a pipe. `log()` is what came, the middle cut out of very long output.

    last_word: the process ends soon after, and nothing that still runs in it may print behind what the shim prints then.
    label: stands before each line that is passed on, and lines are passed on whole; the log is without it.
    """

    def __init__(self, *, last_word: bool = False, label: str = "") -> None:
        self._head = bytearray()
        self._tail: deque[bytes] = deque()
        self._tail_size = 0
        self._cut = 0
        self._running = False
        self._in_line = False
        self._log_in_line = False
        self._last_word = last_word
        self._label = label.encode()
        self._begun = b""
        self._real: tuple[int, int] | None = None

    def start(self) -> None:
        """Begin; whoever wrote to descriptors 1 and 2 before is flushed first."""
        _flush()
        self._real = (os.dup(1), os.dup(2))
        self._owner = os.getpid()
        self._read, write = os.pipe()
        self._stop_read, self._stop_write = os.pipe()
        os.dup2(write, 1)
        os.dup2(write, 2)
        os.close(write)
        for stream in (sys.stdout, sys.stderr):
            with suppress(AttributeError, ValueError, OSError):
                stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # where it is no text file it has no such method
        self._pump = threading.Thread(target=self._pump_all, name="flowc-log", daemon=True)
        self._running = True
        self._pump.start()

    def stop(self) -> None:
        """End, and wait until all that was written before has been passed on. Safe to call twice, and nothing in a forked child.

        Who goes on writing, a child process for one, is not waited for.
        Descriptors 1 and 2 are given back; with `last_word` they lead nowhere from here on.
        """
        if not self._running or self._real is None or os.getpid() != self._owner:
            return
        self._running = False
        _flush()
        if self._last_word:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            os.close(nowhere)
        else:
            os.dup2(self._real[0], 1)
            os.dup2(self._real[1], 2)
        os.write(self._stop_write, _STOPPED)
        self._pump.join()
        if self._begun:
            self._pass_on(b"\n")
        for descriptor in (self._read, self._stop_read, self._stop_write):
            os.close(descriptor)
        if not self._last_word:
            for descriptor in self._real:
                os.close(descriptor)
            self._real = None

    @property
    def errors(self) -> int:
        """The descriptor of standard error as it was before, for what must come out although this process can do nothing more."""
        return 2 if self._real is None else self._real[1]

    def log(self) -> bytes:
        """Return what was printed so far."""
        tail = b"".join(self._tail)
        cut = f"\nflowc: {self._cut} bytes of output are left out here\n".encode() if self._cut else b""
        return bytes(self._head) + cut + tail

    def say(self, line: str) -> None:
        """Print a line about the shim itself, behind all that was printed before."""
        self._write(2, f"flowc: {line}")

    def add(self, text: str) -> None:
        """Print whole lines behind everything else, from the start of a line on, and keep them in the log. Only after `stop`."""
        data = text.encode("utf-8", "backslashreplace")
        if self._in_line:
            self._in_line = False
            self._write_out(b"\n")
        self._keep(b"\n" + data if self._log_in_line else data)
        self._pass_on(data)

    def print_last(self, line: str) -> None:
        """Print a line to standard output; with `last_word`, after `stop`, nothing can follow it but another such line."""
        self._write(1, line)

    def _write(self, descriptor: int, line: str) -> None:
        _flush()
        if self._real is not None and not self._running:
            descriptor = self._real[descriptor - 1]
        if self._in_line and not self._running:
            self._in_line = False
            line = f"\n{line}"
        label = b"" if self._running else self._label
        with suppress(OSError):
            os.write(descriptor, label + f"{line}\n".encode("utf-8", "backslashreplace"))

    def __enter__(self) -> "Capture":
        self.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.stop()

    def _pump_all(self) -> None:
        stopped, left = False, _MOST_IN_PIPE
        while left > 0:
            ready, _, _ = select.select([self._read] if stopped else [self._read, self._stop_read], [], [], 0 if stopped else None)
            if self._read in ready:
                data = os.read(self._read, 65536)
                if not data:
                    return
                self._keep(data)
                self._pass_on(data)
                left -= len(data) if stopped else 0
            elif stopped:
                return
            if self._stop_read in ready:
                stopped = True

    def _pass_on(self, data: bytes) -> None:
        data = self._labelled(data) if self._label else data
        if data:
            self._in_line = not data.endswith(b"\n")
            self._write_out(data)

    def _write_out(self, data: bytes) -> None:
        view = memoryview(data)
        descriptor = self._real[0] if self._real is not None else 1
        with suppress(OSError):
            while view:
                view = view[os.write(descriptor, view) :]

    def _labelled(self, data: bytes) -> bytes:
        """Return the lines that are whole by now, labelled; the line begun last is kept, unless it is very long."""
        data = self._begun + data
        whole, newline, self._begun = data.rpartition(b"\n")
        if not newline and len(data) > LONGEST_LINE:
            whole, newline, self._begun = data, b"\n", b""
        return b"".join(self._label + line + b"\n" for line in whole.split(b"\n")) if newline else b""

    def _keep(self, data: bytes) -> None:
        self._log_in_line = not data.endswith(b"\n")
        room = HEAD_BYTES - len(self._head)
        if room > 0:
            self._head += data[:room]
            data = data[room:]
        if not data:
            return
        self._tail.append(data)
        self._tail_size += len(data)
        while self._tail_size - len(self._tail[0]) >= TAIL_BYTES:
            dropped = len(self._tail.popleft())
            self._tail_size -= dropped
            self._cut += dropped


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError, OSError, RuntimeError):
            stream.flush()
