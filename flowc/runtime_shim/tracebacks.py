"""Tracebacks as the user should see them: without the frames of the shim that called the step."""

import os

from flowc.runtime_shim.stores.base import StoreError

_OURS = os.path.dirname(os.path.abspath(__file__)) + os.sep


def format_exception(error: BaseException) -> str:
    """Return the traceback of `error` and of what caused it as text that ends in a newline, without the shim's own frames.

    Where nothing but the shim's frames exist they stay, for then they are all there is. What a client of a store said is left out: the
    store's own error has it in words.
    """
    import traceback

    _forget_clients(error)
    shown = traceback.TracebackException.from_exception(error, compact=True)
    pending = [shown]
    seen = set()
    while pending:
        here = pending.pop()
        if id(here) in seen:
            continue
        seen.add(id(here))
        kept = [frame for frame in here.stack if not _is_ours(frame.filename)]
        if kept:
            here.stack = traceback.StackSummary.from_list(kept)
        pending.extend(part for part in (here.__cause__, here.__context__) if part is not None)
        pending.extend(here.exceptions or ())
    return "".join(shown.format())


def _forget_clients(error: BaseException) -> None:
    """Cut the chain of exceptions behind each error of a store."""
    pending: list[BaseException | None] = [error]
    seen = set()
    while pending:
        here = pending.pop()
        if here is None or id(here) in seen:
            continue
        seen.add(id(here))
        if isinstance(here, StoreError):
            here.__cause__, here.__context__ = None, None
        pending += [here.__cause__, here.__context__, *(here.exceptions if isinstance(here, BaseExceptionGroup) else ())]


def _is_ours(filename: str) -> bool:
    return filename.startswith((_OURS, "<frozen importlib"))
