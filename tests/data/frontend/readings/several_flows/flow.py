"""Two flows and their base: the base has no end, so it is no flow of its own."""

from flowc import FlowSpec, step


class Base(FlowSpec):
    @step
    def start(self):
        self.next(self.end)


class First(Base):
    @step
    def end(self):
        pass


class Second(Base):
    @step
    def end(self):
        self.second = True


class NoSteps(FlowSpec):
    """Nothing starts it and it has no step."""
