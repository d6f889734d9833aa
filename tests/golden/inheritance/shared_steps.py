"""A base flow and a mixin."""

from metaflow import FlowSpec, Parameter, retry, step


class Scaled(FlowSpec):
    factor = Parameter("factor", default=10)

    def scale(self, value):
        return value * self.factor


class Ending(FlowSpec):
    @retry(times=1, minutes_between_retries=0)
    @step
    def end(self):
        self.result = self.value
