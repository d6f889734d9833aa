"""Hand-off objects: what an engine reads from the store to go on, because nothing flows back from its jobs (Step Functions).

Made behind the commit, from the commit record alone, by every attempt: the same bytes whoever writes them, so that a crash between
both, or an attempt that comes late, changes nothing.
"""

import json
from collections.abc import Mapping

from flowc.runtime_shim.addresses import Refused
from flowc.runtime_shim.contract import Attempt, Control, split_at, task_key
from flowc.runtime_shim.stores import Exists, Store
from flowc.runtime_shim.typed import Any


def leave_hand_off(store: Store, attempt: Attempt, record: Mapping[str, Any]) -> None:
    """Write what the engine waits for, if it waits for anything: `next` or `items`. Raises StoreError, Refused for another record."""
    name, _, most = (attempt.hand_off or "").partition(":")
    if not name:
        return
    control = record["control"]
    if name not in ("next", "items") or ("next" if name == "next" else "count") not in control:
        raise Refused(f"{record['step']!r} at {record['at']!r} has committed {control!r}, which says nothing of {name!r}")
    content = _next(record) if name == "next" else _items(control["count"], int(most) if most else None)
    data = json.dumps(content, separators=(",", ":")).encode()
    try:
        store.create(task_key(record["flow"], record["run"], record["step"], record["at"], name), data)
    except Exists:
        return


def check_turns(attempt: Attempt, control: Control) -> None:
    """Raise Refused where a task would start a turn that the engine's execution has no room for."""
    at = control.get("at")
    if attempt.turns is None or at is None or "~" not in at:
        return
    _, kind, turn = split_at(at)
    if kind == "~" and turn >= attempt.turns:
        raise Refused(
            f"step {attempt.step!r} goes round again after {turn} turns, and the history of one execution has room for {attempt.turns}: "
            "put the work of several turns into one"
        )


def _next(record: Mapping[str, Any]) -> dict[str, Any]:
    control = record["control"]
    return {"next": control["next"], "token": {"run": record["run"], "at": control.get("at", record["at"])}}


def _items(count: int, most: int | None) -> list[int] | list[str]:
    """One entry for each item; where they are more than `most`, ranges of equal size that share a job each."""
    if most is None or count <= most:
        return list(range(count))
    size = -(-count // most)
    return [f"{first}:{min(first + size, count)}" for first in range(0, count, size)]
