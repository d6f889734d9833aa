"""How many items of each foreach run at the same time, so that nested ones do not open more Map Runs than an account may have.

Every item of an outer foreach that runs has a Map Run of the inner one open.
"""

from collections.abc import Mapping
from typing import Final

from flowc.backends.stepfunctions.layout import Layout, foreach_above, foreaches
from flowc.ir.graph import StepName

USUAL: Final = 100
MOST_OPEN: Final = 1_000
"""Open Map Runs of an account and region, of all flows together: Step Functions quotas, hard."""
OUR_SHARE: Final = 500


def concurrency_of(layout: Layout, asked: int | None) -> dict[StepName, int]:
    """Return `MaxConcurrency` of every foreach: what the project asks for, else what keeps open Map Runs below our share."""
    inside = _levels_inside(layout)
    found = {}
    for name in foreaches(layout):
        levels = _levels_around(layout, name) + inside[name]
        found[name] = asked or (USUAL if not inside[name] else min(USUAL, int(OUR_SHARE ** (1 / levels) + 1e-9)))
    return found


def open_runs(layout: Layout, concurrency: Mapping[StepName, int]) -> dict[StepName, int]:
    """Return, for each foreach, how many of its Map Runs can be open at the same time."""
    found = {}
    for name in foreaches(layout):
        product, above = 1, foreach_above(layout, name)
        while above is not None:
            product *= concurrency[above]
            above = foreach_above(layout, above)
        found[name] = product
    return found


def _levels_around(layout: Layout, name: StepName) -> int:
    levels, above = 0, foreach_above(layout, name)
    while above is not None:
        levels, above = levels + 1, foreach_above(layout, above)
    return levels


def _levels_inside(layout: Layout) -> dict[StepName, int]:
    """How deep foreaches nest inside each."""
    found = dict.fromkeys(foreaches(layout), 0)
    for name in foreaches(layout):
        levels, above = 1, foreach_above(layout, name)
        while above is not None and found[above] < levels:
            found[above] = levels
            levels, above = levels + 1, foreach_above(layout, above)
    return found
