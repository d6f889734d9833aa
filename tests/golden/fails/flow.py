"""A flow that fails in one branch while the other is fine."""

from metaflow import FlowSpec, step


class Fails(FlowSpec):
    @step
    def start(self):
        self.next(self.good, self.bad)

    @step
    def good(self):
        self.x = 1
        self.next(self.join)

    @step
    def bad(self):
        raise ValueError("wrong on purpose")
        self.next(self.join)

    @step
    def join(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Fails()
