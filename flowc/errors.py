"""Errors of whoever calls flowc: wrong usage, a broken store, an engine that refuses. Findings in a flow are diagnostics instead."""

from typing import ClassVar


class FlowcError(Exception):
    """Something the caller can mend. `help` says how; `exit_code` is what the command line ends with."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, help: str | None = None) -> None:
        super().__init__(message)
        self.help = help


class UsageError(FlowcError):
    """The command or call itself is wrong."""

    exit_code: ClassVar[int] = 2


class EngineError(FlowcError):
    """The engine refused what was asked of it."""

    exit_code: ClassVar[int] = 3
