"""How long to wait between tries of the same request: full jitter, so that many tasks do not come back at once.

https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
"""

import os
import time
from collections.abc import Iterator

_GIVEN = os.environ.get("FLOWC_STORE_PATIENCE", "")
PATIENCE = float(_GIVEN) if _GIVEN.isdecimal() else 180.0
"""Seconds that a task keeps trying before it gives up; after them the scheduler's own retries are what is left."""
_FIRST, _LONGEST = 0.1, 15.0


def pauses(seconds: float = PATIENCE) -> Iterator[float]:
    """Yield pauses in seconds, each a random part of a bound that doubles from 0.1 to 15, for `seconds` in all; one at least."""
    started, bound = time.monotonic(), _FIRST
    while True:
        yield bound * int.from_bytes(os.urandom(4), "big") / 2**32
        if time.monotonic() - started >= seconds:
            return
        bound = min(bound * 2, _LONGEST)
