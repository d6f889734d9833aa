"""Names for the expressions beside; `EXPRESSION` stands where each is put."""

import os

import numpy
import other
from flowc import FlowSpec, current, retry, step
from other import VALUE as imported_value

renamed = imported_value
NAME = "constant"
NUMBERS = [1, 2]
TABLE = {"k": [1, 2]}
CHAIN_C = 3
CHAIN_B = CHAIN_C
CHAIN = CHAIN_B
LEFT, RIGHT = 1, 2
MUTABLE = {"a": 1}
MUTABLE.update(b=2)
COUNTER = 1
COUNTER += 1
if os.name == "posix":
    CONDITIONAL = 1
(WALRUS := 1)
D0 = [0] * 100
D1 = [D0, D0, D0, D0, D0, D0, D0, D0, D0, D0]
D2 = [D1, D1, D1, D1, D1, D1, D1, D1, D1, D1]
D3 = [D2, D2, D2, D2, D2, D2, D2, D2, D2, D2]
D4 = [D3, D3, D3, D3, D3, D3, D3, D3, D3, D3]
D5 = [D4, D4, D4, D4, D4, D4, D4, D4, D4, D4]
DOUBLED = [D5, D5, D5, D5, D5, D5, D5, D5, D5, D5]


class Holder:
    INNER = "inner"
    NESTED = {"a": 1}


class Derived(Holder):
    pass


def function():
    return 1


class Expressions(FlowSpec):
    @retry(times=EXPRESSION)
    @step
    def only(self):
        pass
