"""A foreach whose body has several steps and a split."""

from metaflow import FlowSpec, step


class ForeachSteps(FlowSpec):
    @step
    def start(self):
        self.numbers = (1, 2, 3)
        self.next(self.load, foreach="numbers")

    @step
    def load(self):
        self.number = self.input
        self.next(self.double, self.square)

    @step
    def double(self):
        self.value = self.number * 2
        self.next(self.both)

    @step
    def square(self):
        self.value = self.number**2
        self.next(self.both)

    @step
    def both(self, inputs):
        self.pair = (inputs.double.value, inputs.square.value)
        self.next(self.store)

    @step
    def store(self):
        self.stack = [(frame[0], frame[1]) for frame in self.foreach_stack()]
        self.next(self.join)

    @step
    def join(self, inputs):
        self.pairs = [branch.pair for branch in inputs]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    ForeachSteps()
