"""Calling user code: one step function, with the timer of `@timeout` around it, and what came of it."""

import faulthandler
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from flowc.runtime_shim.exceptions import InvalidNextException, TimeoutException
from flowc.runtime_shim.flowspec import FlowSpec, steps_of
from flowc.runtime_shim.forks import UserCode
from flowc.runtime_shim.steps_around import call_around, has_around
from flowc.runtime_shim.typed import Any

GRACE_SECONDS = 60.0
"""How long after its timer went off a step that goes on all the same is ended, unless the engine does so before."""
LAST_SECONDS = 15.0
"""How long behind that it has to record its failure. Then its process ends, whatever it does: C code keeps a signal waiting."""


def call_step(flow: FlowSpec, step: str, inputs: Any, *, timeout: float | None, ends: bool | None, errors: int = 2) -> BaseException | None:
    """Call a step of the bound `flow` and return what it raised, None for nothing.

    inputs: given to the step, None where it takes none. timeout: seconds, None for no bound. ends: whether it is the flow's last
    step, None where nobody knows; a step that goes on must have called `self.next`, the last one must not. errors: the descriptor
    that says where a step stood that had to be ended.
    """
    function = steps_of(type(flow))[step]
    arguments = () if inputs is None else (inputs,)
    try:
        with UserCode(), time_limit(step, timeout, errors):
            call_around(function, step, flow, arguments)
        if has_around(function):
            _go_on(flow)
        _check_end(flow, step, ends)
    except BaseException as error:
        return error
    return None


def _go_on(flow: FlowSpec) -> None:
    """Call `self.next` as the flow was compiled, where a user step decorator kept the step from calling it."""
    bound = flow.__dict__["_flowc"]
    if bound.transition is not None or bound.plan is None or bound.plan["kind"] not in ("linear", "split", "foreach"):
        return
    options = {"foreach": bound.plan["over"]} if bound.plan["kind"] == "foreach" else {}
    flow.next(*(getattr(flow, target) for target in bound.plan["next"]), **options)


def _check_end(flow: FlowSpec, step: str, ends: bool | None) -> None:
    transition = flow.__dict__["_flowc"].transition
    if ends is False and transition is None:
        raise InvalidNextException(f"step {step!r} ended without calling self.next()")
    if ends and transition is not None:
        raise InvalidNextException(f"step {step!r} is the flow's last, and called self.next()")


@contextmanager
def time_limit(step: str, seconds: float | None, errors: int = 2) -> Iterator[None]:
    """Raise TimeoutException in the block after `seconds`; a block that catches it gets SIGTERM `GRACE_SECONDS` later.

    Where the block is in C code that lets no handler of a signal run, a thread of C code ends the process `LAST_SECONDS` behind that,
    with exit code 1, and writes to descriptor `errors` where all threads stood. Works in the main thread only, elsewhere there is no limit.
    """
    if not seconds or threading.current_thread() is not threading.main_thread():
        yield
        return

    expired = False

    def expire(number: int, frame: FrameType | None) -> None:
        nonlocal expired
        if expired:
            signal.raise_signal(signal.SIGTERM)
        expired = True
        raise TimeoutException(f"step {step!r} timed out after {seconds:g} seconds")

    before: Callable[..., Any] | int | None = signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, seconds, GRACE_SECONDS)
    faulthandler.dump_traceback_later(seconds + GRACE_SECONDS + LAST_SECONDS, exit=True, file=errors)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before if before is not None else signal.SIG_DFL)
