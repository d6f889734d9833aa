"""How many turns loops can make: the history of an execution ends at 25,000 events, and every state of a turn leaves some.

Events as counted in histories of November 2026. All loops of one execution share it; a Map's children have histories of their own.
"""

from collections import Counter
from typing import Final

from flowc.backends.stepfunctions.layout import Layout
from flowc.ir.graph import Next, NextForeach, NextGang, NextSplit, NextSwitch, Step, StepName

BUDGET: Final = 24_000
"""Events that we plan with, of 25,000 (Step Functions quotas): what is left is for retries."""
JOB: Final = 6
READ: Final = 5
CHOICE: Final = 2
PASS: Final = 2
PARALLEL: Final = 4
MAP: Final = 6


def turns_of(layout: Layout) -> dict[StepName | None, int]:
    """Return for each execution (the flow's own, None, or that of a foreach's items) the turns that any one of its loops may make.

    Executions without loops are left out. An inner loop counts once for each turn of the loop around it.
    """
    outside: Counter[StepName | None] = Counter()
    turn: dict[StepName, int] = {}
    outermost: dict[StepName | None, set[StepName]] = {}
    for step in layout.tree.graph.steps:
        execution, loops = layout.executions[step.name], layout.loops_around(step.name)
        if loops:
            outermost.setdefault(execution, set()).add(loops[0])
        else:
            outside[execution] += events_of(step, layout)
        for loop in loops:
            turn[loop] = turn.get(loop, 0) + events_of(step, layout)
        if step.name in layout.tree.loops:
            # What enters a loop belongs to the turns of the loop around it.
            for loop in loops[:-1]:
                turn[loop] += PASS
            outside[execution] += PASS * (len(loops) == 1)
    return {
        execution: max(1, (BUDGET - outside[execution]) // (len(first) * max(turn[loop] for loop in first)))
        for execution, first in outermost.items()
    }


def events_of(step: Step, layout: Layout) -> int:
    """Return the events that the states of a step leave, its region's own included, without what enters a loop."""
    events = JOB
    match step.transition:
        case NextSwitch():
            events += READ + CHOICE
        case NextSplit():
            events += PARALLEL
        case NextForeach():
            events += MAP
        case Next() if layout.goes_round(step.name):
            events += READ
        case None | Next() | NextGang():
            pass
    return events
