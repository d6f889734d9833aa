"""As many items as a parameter says."""

from flowc import FlowSpec, Parameter, step


class Wide(FlowSpec):
    width = Parameter("width", default=300)

    @step
    def start(self):
        self.numbers = list(range(self.width))
        self.next(self.work, foreach="numbers")

    @step
    def work(self):
        self.square = self.input**2
        self.next(self.join)

    @step
    def join(self, inputs):
        self.total = sum(branch.square for branch in inputs)
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Wide()
