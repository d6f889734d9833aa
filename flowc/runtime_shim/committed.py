"""What follows from a commit record, whoever wrote it: made again by every attempt that finds one, so that a crash repairs itself."""

from collections.abc import Mapping

from flowc.runtime_shim.contract import Attempt, exit_key
from flowc.runtime_shim.failures import NameTaken
from flowc.runtime_shim.gangs import complete_gang
from flowc.runtime_shim.records import exit_record, publish
from flowc.runtime_shim.stores import Store
from flowc.runtime_shim.typed import Any


def check_run(attempt: Attempt, record: Mapping[str, Any]) -> None:
    """Raise NameTaken where the engine says that `record` is of another run of the same name."""
    expected, found = attempt.run_uid, record.get("run_uid")
    if expected is not None and found is not None and expected != found:
        step, at = record["step"], record["at"]
        raise NameTaken(f"run name {attempt.run!r} is already used: {step!r} at {at!r} is of another run of that name")


def follow_up(store: Store, record: Mapping[str, Any]) -> None:
    """Leave the exit record of the loop that a committed task left, and the commits of the gang whose first member it is."""
    if "exit" in record:
        loop, at = record["exit"]
        left_by = (record["step"], record["at"])
        left = exit_record(record["flow"], record["run"], (loop, at), left_by, record["control"]["next"])
        publish(store, exit_key(record["flow"], record["run"], loop, at), left)
    if "gang" in record:
        complete_gang(store, record)


def repetition(record: Mapping[str, Any]) -> str:
    """Return the line that says why a committed task does no work."""
    return (
        f"{record['step']} at {record['at']} was committed by attempt {record['attempt']}: its control values are repeated, "
        "and the step does not run again"
    )
