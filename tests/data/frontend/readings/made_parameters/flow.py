"""Declarations that functions make: read through where that is certain, else a finding."""

import functools
import os

import makers
from flowc import Config, FlowSpec, JSONType, Parameter, step
from makers import Own, Plain, checked, endless, many, number, one_more, rows, size, text, twice

ALL = {"x": Parameter("x")}
required = functools.partial(Parameter, required=True)


def settings(name, value):
    return Config(name, default_value=value)


def of_type(name, type):
    return Parameter(name, type=type)


class MadeParameters(FlowSpec):
    LIMIT = 3
    by_position = number("by_position", LIMIT * 2)
    by_default = number("by_default")
    by_keyword = makers.number(of=float, name="by-keyword", default=None)
    by_lambda = one_more("by_lambda")
    json = of_type("json", JSONType)
    file = rows("file")
    config = settings("config", {"deep": {"cpu": 2}})

    computed = number("computed", os.environ["HOME"])
    conditional = Parameter("conditional") if LIMIT else None
    with_a_check = checked("with_a_check")
    through_another = twice("through_another")
    with_keywords = text("with_keywords", default=1)
    partial = required("partial")
    own_class = Own("own_class")
    from_a_dict = ALL["x"]
    first, second = many("first", "second")

    plain = Plain()
    forever = endless("forever")
    length = size(config)
    part = config["deep"]
    listed = [Parameter("listed")]

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
