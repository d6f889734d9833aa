"""Gangs (`num_parallel`): members that run at the same time and commit as a whole. Decision: docs/adr/0001-gangs.md.

Protocol, for the engine. The opener's control has `count` n and no `var`. The engine starts the members together, at `at.0` …
`at.(n-1)`, with `Attempt.gang = (index, n)` and one fresh `gang_nonce` for all of them; no number of workers may hold one back.
A member that is done stores its record as `part.<gang_nonce>.<index>`, exits 0, and commits nothing. Member 0 waits for the parts
of all others, then commits `at.0` with the names of the parts, which decides, and then the other members' commits, made from the
parts that this commit names. Where a member fails the engine ends the others, member 0 included, and starts all of them again
under another nonce: a member that finds the commit of `at.0` does no user work, and repeats what may be missing behind it.
"""

import os
import time
from collections.abc import Mapping

from flowc.runtime_shim.addresses import Refused
from flowc.runtime_shim.contract import ADDRESS, Attempt, commit_key, item_at, split_at, task_key
from flowc.runtime_shim.records import commit, publish, read_record
from flowc.runtime_shim.stores import Store
from flowc.runtime_shim.typed import Any

_SHORTEST_PAUSE = 0.02
_LONGEST_PAUSE = 2.0


def control_address(at: str) -> str:
    """Return the address of member 0 of the gang that `at` is in."""
    return item_at(split_at(at)[0], 0)


def part_key(attempt: Attempt, index: int) -> str:
    """Return the key of a member's part under the attempt's gang nonce."""
    at = item_at(split_at(attempt.at)[0], index)
    return task_key(attempt.flow, attempt.run, attempt.step, at, f"part.{attempt.gang_nonce}.{index}")


def store_part(store: Store, attempt: Attempt, record: Mapping[str, Any]) -> None:
    """Store what a member would have committed. Raises Refused where another process of the same gang did so already."""
    assert attempt.gang is not None, "a part belongs to a gang"
    if commit(store, part_key(attempt, attempt.gang[0]), record)["nonce"] != record["nonce"]:
        raise Refused(f"member {attempt.gang[0]} of gang {attempt.gang_nonce} stored its part already: it was started twice")


def await_parts(store: Store, attempt: Attempt) -> dict[str, Any]:
    """Wait for the parts of all members and return the record that member 0 is to commit for the gang.

    Nothing ends the waiting but the engine, which ends member 0 where another member fails.
    """
    assert attempt.gang is not None, "only a gang has parts"
    parts = [part_key(attempt, index) for index in range(attempt.gang[1])]
    records = [_awaited(store, key) for key in parts]
    return {**records[0], "gang": {"nonce": attempt.gang_nonce, "parts": parts}}


def complete_gang(store: Store, winner: Mapping[str, Any]) -> None:
    """Create the commits of the other members from the parts that the gang's commit names; those that exist stay.

    Raises Refused where such a part is gone.
    """
    for index, key in enumerate(winner["gang"]["parts"][1:], start=1):
        record = read_record(store, key, wait=True)
        if record is None:
            raise Refused(f"the commit of the gang at {winner['at']!r} names {key}, which is missing in {store.url}")
        at = item_at(split_at(winner["at"])[0], index)
        commit(store, commit_key(winner["flow"], winner["run"], winner["step"], at), record)


def main_address(store: Store, attempt: Attempt) -> str:
    """Return the address of the machine of member 0, for the others to connect to.

    Where each member is a machine of its own, FLOWC_ADDRESS is that of this one; member 0 tells it to the others through the store, under
    the gang's nonce. Elsewhere what MF_PARALLEL_MAIN_IP says, else this machine.
    """
    own = os.environ.get(ADDRESS)
    if own is None or attempt.gang is None:
        return os.environ.get("MF_PARALLEL_MAIN_IP", "127.0.0.1")
    key = task_key(attempt.flow, attempt.run, attempt.step, control_address(attempt.at), f"meet.{attempt.gang_nonce}")
    if attempt.gang[0] == 0:
        publish(store, key, {"address": own})
        return own
    return str(_awaited(store, key)["address"])


def _awaited(store: Store, key: str) -> dict[str, Any]:
    pause = _SHORTEST_PAUSE
    while True:
        record = read_record(store, key)
        if record is not None:
            return record
        time.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE)
