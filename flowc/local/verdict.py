"""How a run ended, in its `_end` record; and the exit hooks that run before that is written."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from flowc.ir.graph import FlowGraph
from flowc.local.endings import traceback_in, why
from flowc.local.engine import Engine
from flowc.local.jobs import Failure
from flowc.runtime_shim.contract import EXIT_DONE, Attempt, run_key
from flowc.runtime_shim.records import publish
from flowc.runtime_shim.stores import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class HookOutcome:
    """One exit hook function: `error` is None where it returned."""

    name: str
    error: str | None


def run_exit_hooks(engine: Engine, attempt: Attempt, graph: FlowGraph, status: str) -> tuple[HookOutcome, ...]:
    """Run what `@exit_hook` names for a run that ended as `status`, in one process, and return what came of it.

    A run that was stopped has none: whoever stops a run wants it to end.
    """
    if status == "stopped" or graph.decorator("exit_hook") is None:
        return ()
    ended, output = engine.run_hooks(attempt, status)
    if ended == EXIT_DONE:
        return (HookOutcome(name="exit_hook", error=None),)
    trace = traceback_in(output)
    return (HookOutcome(name="exit_hook", error=trace[-1] if trace else why(ended)),)


def publish_end(
    store: Store, flow: str, run: str, *, status: str, failures: Sequence[Failure], hooks: Sequence[HookOutcome], run_uid: str
) -> None:
    """Write the run's `_end` record. Raises StoreError where the store fails."""
    publish(
        store,
        run_key(flow, run, "_end"),
        {
            "flow": flow,
            "run": run,
            "run_uid": run_uid,
            "status": status,
            "time": {"end": time.time()},
            "failed": [
                {"step": failure.step, "at": failure.at, "attempt": failure.attempt, "status": failure.status} for failure in failures
            ],
            "hooks": [{"name": hook.name, "error": hook.error} for hook in hooks],
        },
    )
