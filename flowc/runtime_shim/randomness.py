"""Random numbers in forked tasks: what a fresh interpreter would draw, although the flow was imported only once.

A flow that seeds a generator while it is imported has the same numbers in every task; one that does not must not get the
same ones twice. Python reseeds `random` in every forked child, and numpy never does, so each needs the other half.
"""

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from flowc.runtime_shim.typed import Any


class Randomness:
    """What importing the flow did to the global generators."""

    def __init__(self) -> None:
        self._seeded: object | None = None

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Note, while the flow is imported, whether it seeds `random`."""
        plain = random.seed
        called = False

        def seed(a: Any = None, version: int = 2) -> None:
            nonlocal called
            called = a is not None
            plain(a, version)

        random.seed = seed
        try:
            yield
        finally:
            random.seed = plain
            self._seeded = random.getstate() if called else None

    def renew(self) -> None:
        """In a forked child: take up the flow's own seed again, else start from fresh entropy."""
        if self._seeded is not None:
            random.setstate(self._seeded)  # type: ignore[arg-type]  # getstate's own value
        numpy_random = sys.modules.get("numpy.random")
        if numpy_random is not None and _never_seeded(numpy_random):
            numpy_random.seed()


def _never_seeded(numpy_random: Any) -> bool:
    """Whether numpy's global generator still has the entropy it was made with: seeding by hand drops its seed sequence."""
    generator = getattr(numpy_random.mtrand, "_rand", None)
    return getattr(getattr(generator, "_bit_generator", None), "_seed_seq", None) is not None
