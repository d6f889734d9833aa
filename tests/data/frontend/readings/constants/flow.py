"""Class attributes of every kind."""

import os

from flowc import FlowSpec, step

CHANGED = [1]
CHANGED.append(2)
COUNTER = 0
COUNTER += 1
if os.name == "posix":
    PLATFORM = 1


def set_global():
    global LATER
    LATER = 2


LATER = 1
TABLE = {"a": 1}
TABLE["b"] = 2
FIRST, *REST = 1, 2


class Constants(FlowSpec):
    number: int = 3
    text = "a" * 3
    pair, other = (1, 2)
    changed = CHANGED
    counter = COUNTER
    platform = PLATFORM
    later = LATER
    table = TABLE
    rest = REST
    undefined = UNDEFINED
    here = __file__
    own_list = []
    own_list.append(1)
    joined = os.path.join("data", f"{number}.csv")
    computed = os.getcwd()
    total = 0
    for index in range(3):
        total += index
    shout = lambda self: 1
    _private = 1
    __slots__ = ()
    bound = set_global
    kind = int
    size = property(lambda self: 1)
    itself = itself
    number = 4
    after = number

    class Inner:
        pass

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
