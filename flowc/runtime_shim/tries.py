"""How often a member of a chunk or fused loop was tried before, and what that leaves it: from the records of its earlier attempts.

The engine counts attempts of the whole container; `@retry` and `@catch` are of each member. An attempt leaves `fail.<nonce>`
when it ends badly, and where the container may be started again after it died, `began.<nonce>` before it begins.
"""

from collections.abc import Iterable

from flowc.runtime_shim.contract import Attempt, Plan, task_key, task_prefix
from flowc.runtime_shim.records import new_nonce, publish, read_record
from flowc.runtime_shim.stores import Store
from flowc.runtime_shim.typed import Any, NamedTuple


class Tries(NamedTuple):
    """Attempts of a member so far. `number` counts all of them and is the number of the next; `used` those that its retries pay for."""

    number: int
    used: int


class Allowance(NamedTuple):
    """What the engine does for the whole container.

    since: number of the first attempt that counts against retries; an engine that goes on counting when a person clears the task
    grants all retries anew then. again: whether another attempt may follow by itself.
    """

    since: int
    again: bool


def allowance_of(attempt: Attempt, plan: Plan, steps: Iterable[str]) -> Allowance:
    """Return what the engine allows a task that runs `steps`: as many retries as the largest `@retry` says, one more for `@catch`."""
    planned = [plan["steps"][step] for step in steps]
    most = max(step.get("retries") or 0 for step in planned)
    if most == 0 and not any("catch" in step for step in planned):
        return Allowance(attempt.attempt, again=False)
    return Allowance(0 if attempt.user_retries is None else max(0, attempt.user_retries - most), again=True)


def tries_of(store: Store, attempt: Attempt, since: int) -> Tries:
    """Return the tries of the member that `attempt` names; its own number does not matter. Raises StoreError."""
    prefix = task_prefix(attempt.flow, attempt.run, attempt.step, attempt.at)
    containers: dict[int, int] = {}
    for name in store.list(prefix):
        record = read_record(store, prefix + name) if name.startswith(("began.", "fail.")) else None
        if record is not None and isinstance(record.get("attempt"), int):
            number = record["attempt"]
            containers[number] = int(record.get("engine", {}).get("container", number))
    return Tries(max(containers, default=-1) + 1, sum(container >= since for container in containers.values()))


def begin(store: Store, attempt: Attempt, started: float) -> None:
    """Leave the record that says the attempt began. Raises StoreError."""
    nonce = new_nonce()
    record: dict[str, Any] = {
        "flow": attempt.flow,
        "run": attempt.run,
        "step": attempt.step,
        "at": attempt.at,
        "attempt": attempt.attempt,
        "nonce": nonce,
        "engine": {"name": attempt.engine, **attempt.ids},
        "time": {"start": round(started, 3)},
    }
    publish(store, task_key(attempt.flow, attempt.run, attempt.step, attempt.at, f"began.{nonce}"), record)
