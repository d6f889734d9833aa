"""Steps that are no plain methods, and members under a condition."""

import sys

from flowc import FlowSpec, Parameter, step


class Methods(FlowSpec):
    @step
    def start(self):
        self.next(self.end)

    @step
    async def waits(self):
        self.next(self.end)

    @step
    def yields(self):
        yield 1
        self.next(self.end)

    @step
    def inner_yield_is_fine(self):
        def numbers():
            yield 1

        self.next(self.end)

    @step
    @staticmethod
    def static(self):
        self.next(self.end)

    @step
    def nothing():
        pass

    @step
    def many(self, inputs, more):
        self.next(self.end)

    @step
    def star(self, *inputs, key=1):
        self.next(self.end)

    @step
    def twice(self):
        self.next(self.start)

    @step
    def twice(self):
        self.next(self.end)

    if sys.version_info > (3, 12):
        alpha = Parameter("alpha")

        @step
        def newer(self):
            self.next(self.end)

    @step
    def end(self):
        pass
