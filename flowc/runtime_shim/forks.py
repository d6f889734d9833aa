"""Processes that user code forks (`os.fork`). They share the task's descriptors and frames, and are not the task: where user code
ends in one of them the process ends too, as it would without flowc, before it records, commits or hands over anything.
"""

import os
import sys
from contextlib import suppress

from flowc.runtime_shim.typed import Any, NoReturn


class UserCode:
    """A context around user code that no other process than the one that entered it leaves."""

    def __enter__(self) -> "UserCode":
        self._owner = os.getpid()
        return self

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if os.getpid() != self._owner:
            _end(error)


def _end(error: BaseException | None) -> NoReturn:
    """End this process as the interpreter does when `error` reaches the top; what it registered with `atexit` is not called."""
    code = 0
    try:
        if isinstance(error, SystemExit):
            code = _exit_code(error.code)
        elif error is not None:
            from flowc.runtime_shim.tracebacks import format_exception

            code = 1
            sys.stderr.write(format_exception(error))
        for stream in (sys.stdout, sys.stderr):
            with suppress(AttributeError, ValueError, OSError, RuntimeError):
                stream.flush()
    finally:
        os._exit(code)


def _exit_code(code: Any) -> int:
    """Return what `sys.exit(code)` ends a process with; a text is printed and means 1 (docs.python.org/3/library/sys.html#sys.exit)."""
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    sys.stderr.write(f"{code}\n")
    return 1
