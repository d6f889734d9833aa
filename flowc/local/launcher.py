"""The launcher: the one process that starts, signals and buries the task processes of a run. `python -m flowc.local.launcher FD`.

It imports the flow once and forks a process per attempt, or, told to be fresh, starts an interpreter per attempt. When the
engine's end of the socket closes, for whatever reason, every process it started is killed: nothing outlives a run.
"""

import errno
import gc
import os
import selectors
import signal
import socket
import sys
import threading
import traceback
import warnings
from pathlib import Path
from typing import Any

from flowc.local.children import adopt_orphans, die_with_parent, reap, signal_group, sweep
from flowc.local.policy import has_open
from flowc.local.wire import Begin, Ended, Hello, Signal, Start, Started, Wire
from flowc.runtime_shim.contract import TOP, Attempt
from flowc.runtime_shim.environment import attempt_to_environment, other_variables
from flowc.runtime_shim.exit_hooks import run_exit_hooks
from flowc.runtime_shim.loading import LoadedFlow, load_flow
from flowc.runtime_shim.policies import retry_of, timeout_of
from flowc.runtime_shim.randomness import Randomness
from flowc.runtime_shim.run_step import run_attempt
from flowc.runtime_shim.stores import open_store

_EXIT_BUG = 70
_FRESH_ACTIONS = ((signal.SIGINT, signal.default_int_handler), (signal.SIGTERM, signal.SIG_DFL), (signal.SIGCHLD, signal.SIG_DFL))


class Launcher:
    """The loop over the socket and the children."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._flow: LoadedFlow | None = None
        self._randomness = Randomness()
        self._tickets: dict[int, int] = {}
        self._pids: dict[int, int] = {}
        self._wake, self._wake_end = _pipe()

    def serve(self) -> None:
        """Answer messages until the engine's end closes, then kill whatever still runs."""
        signal.signal(signal.SIGTERM, lambda *_: self._stop())
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake_end, warn_on_full_buffer=False)
        selector = selectors.DefaultSelector()
        selector.register(self._wire, selectors.EVENT_READ)
        selector.register(self._wake, selectors.EVENT_READ)
        while True:
            ready = {key.fd for key, _ in selector.select()}
            if self._wake in ready:
                os.read(self._wake, 4096)
                self._bury()
            if self._wire.fileno() in ready:
                if not self._wire.receive():
                    self._stop()
                for message in self._wire.messages():
                    self._answer(message)

    def _stop(self) -> None:
        sweep(list(self._pids))
        os._exit(0)

    def _bury(self) -> None:
        for pid, status in reap():
            ticket = self._pids.pop(pid, None)
            if ticket is not None:
                del self._tickets[ticket]
                self._tell(Ended(ticket=ticket, status=status))

    def _tell(self, message: object) -> None:
        try:
            self._wire.send(message)
        except OSError:
            self._stop()

    def _answer(self, message: Any) -> None:
        match message:
            case Begin():
                self._tell(self._begin(message))
            case Start():
                self._start(message, self._wire.descriptors.popleft())
            case Signal(ticket=ticket, number=number):
                if ticket in self._tickets:
                    signal_group(self._tickets[ticket], number)
            case _:
                raise TypeError(f"unknown message {message!r}")

    def _begin(self, begin: Begin) -> Hello:
        if begin.fresh:
            return Hello()
        with self._randomness.watched():
            try:
                self._flow = load_flow(Path(begin.code_dir), begin.plan)
                values = _open_values(self._flow)
            except BaseException:
                # The first task imports the flow again, fails the same way, and leaves the records of it.
                self._flow = None
                return Hello()
        open_store(begin.root)  # so that its module is imported once, here
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake_end, warn_on_full_buffer=False)
        sys.stdout.flush()
        sys.stderr.flush()
        gc.collect()
        gc.freeze()
        return Hello(threads=threading.active_count() - 1, decorators=values)

    def _start(self, start: Start, output: int) -> None:
        parent = os.getpid()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
        if pid:
            os.close(output)
            self._tickets[start.ticket] = pid
            self._pids[pid] = start.ticket
            self._tell(Started(ticket=start.ticket, pid=pid))
            return
        code = _EXIT_BUG
        try:
            os.setsid()
            die_with_parent(parent, signal.SIGKILL)
            self._become_task(output)
            code = self._run(start)
        except BaseException:
            traceback.print_exc()
        finally:
            _flush()
            os._exit(code)

    def _become_task(self, output: int) -> None:
        signal.set_wakeup_fd(-1)
        for number, action in _FRESH_ACTIONS:
            signal.signal(number, action)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.close(output)
        self._wire.close()
        os.close(self._wake)
        os.close(self._wake_end)

    def _become_fresh(self, start: Start) -> None:
        """Replace this process by a fresh interpreter; returns only where an environment cannot hold the attempt's parameters."""
        verb, name = ("exit-hook", start.hooks) if start.hooks is not None else ("step", start.attempt.step)
        command = [sys.executable, "-P", "-m", "flowc.runtime_shim", verb, name]
        try:
            os.execve(sys.executable, command, {**other_variables(os.environ), **attempt_to_environment(start.attempt)})
        except OSError as error:
            if error.errno != errno.E2BIG:
                raise

    def _run(self, start: Start) -> int:
        if self._flow is None:
            self._become_fresh(start)
        else:
            self._randomness.renew()
        if start.hooks is not None:
            return run_exit_hooks(start.attempt, start.hooks, self._flow)
        return run_attempt(start.attempt, self._flow)


def _open_values(flow: LoadedFlow) -> dict[str, dict[str, Any]]:
    """Return, for every step whose plan leaves its retries or timeout open, what the imported flow says."""
    found: dict[str, dict[str, Any]] = {}
    for name, step in flow.plan["steps"].items():
        values = found.setdefault(name, {})
        if has_open(step, "retries", "retry_seconds"):
            retry = retry_of(flow, name)
            values.update(retries=retry.times, retry_seconds=retry.seconds)
        if has_open(step, "timeout"):
            attempt = Attempt(engine="local", flow=flow.plan["flow"], root="", run="", step=name, at=TOP)
            values["timeout"] = timeout_of(flow, attempt)
    return found


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            pass


def _pipe() -> tuple[int, int]:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    return reading, writing


def main() -> None:
    """Serve the socket whose descriptor is the first argument."""
    adopt_orphans()
    die_with_parent(int(sys.argv[2]), signal.SIGTERM)
    Launcher(Wire(socket.socket(fileno=int(sys.argv[1])))).serve()


if __name__ == "__main__":
    main()
