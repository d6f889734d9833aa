"""How often a member of a chunk or fused loop was tried before, and what that leaves it: from the records of its earlier attempts.

The engine counts attempts of the whole container; `@retry` and `@catch` are of each member. Where the container may be started
again after it died, an attempt leaves a record before it begins: `began.0`, `began.1` and so on, so that a later container reads
them one by one and need not list them.
"""

import itertools
from collections.abc import Iterable

from flowc.runtime_shim.contract import Attempt, Plan, task_key
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
    containers: dict[int, int] = {}
    for place in itertools.count():
        record = read_record(store, _key(attempt, place))
        if record is None:
            break
        if isinstance(record.get("attempt"), int):
            number = record["attempt"]
            containers[number] = int(record.get("engine", {}).get("container", number))
    return Tries(max(containers, default=-1) + 1, sum(container >= since for container in containers.values()))


def begin(store: Store, attempt: Attempt, started: float) -> None:
    """Leave the record that says the attempt began. Raises StoreError."""
    record: dict[str, Any] = {
        "flow": attempt.flow,
        "run": attempt.run,
        "step": attempt.step,
        "at": attempt.at,
        "attempt": attempt.attempt,
        "nonce": new_nonce(),
        "engine": {"name": attempt.engine, **attempt.ids},
        "time": {"start": round(started, 3)},
    }
    place = attempt.attempt
    while not publish(store, _key(attempt, place), record):
        place += 1


def _key(attempt: Attempt, place: int) -> str:
    return task_key(attempt.flow, attempt.run, attempt.step, attempt.at, f"began.{place}")
