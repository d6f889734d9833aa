"""Calls to make later, in the engine's own loop."""

import heapq
import time
from collections.abc import Callable


class Timers:
    """Calls by the time they are due."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0

    def after(self, seconds: float, call: Callable[[], None]) -> None:
        """Have `fire` make the call once `seconds` have passed."""
        self._number += 1
        heapq.heappush(self._heap, (time.monotonic() + seconds, self._number, call))

    @property
    def pause(self) -> float | None:
        """Seconds until the next call is due; None where there is none."""
        return max(0.0, self._heap[0][0] - time.monotonic()) if self._heap else None

    def fire(self) -> None:
        """Make the calls that are due."""
        now = time.monotonic()
        while self._heap and self._heap[0][0] <= now:
            heapq.heappop(self._heap)[2]()
