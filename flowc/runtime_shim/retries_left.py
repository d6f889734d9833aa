"""Which attempt of a task is its last on Step Functions, whose count of retries holds waits for Batch too (throttled requests).

The failures on record count instead. A container that died leaves none; then the engine itself goes on to the state that catches.
"""

from flowc.runtime_shim.contract import Attempt, task_key
from flowc.runtime_shim.stores import Store


def with_retries_left(attempt: Attempt, store: Store) -> Attempt:
    """Return the attempt with `user_retries` so that it is the last one if as many failures are on record as the step may be retried.

    Raises StoreError.
    """
    if attempt.user_retries is None or attempt.attempt == 0:
        return attempt
    keys = (task_key(attempt.flow, attempt.run, attempt.step, attempt.at, f"fail.{number}") for number in range(attempt.attempt))
    failed = sum(store.size(key) is not None for key in keys)
    return attempt._replace(user_retries=attempt.attempt + max(0, attempt.user_retries - failed))
