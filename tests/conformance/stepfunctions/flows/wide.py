"""A foreach as wide as asked for, over two plain steps."""

from flowc import FlowSpec, Parameter, step


class Wide(FlowSpec):
    width = Parameter("width", default=7)

    @step
    def start(self):
        self.items = [f"item {i}" for i in range(self.width)]
        self.next(self.one, foreach="items")

    @step
    def one(self):
        self.got = f"{self.index}: {self.input}"
        self.next(self.two)

    @step
    def two(self):
        self.got = f"{self.got} twice"
        self.next(self.join)

    @step
    def join(self, inputs):
        self.all = [one.got for one in inputs]
        self.next(self.end)

    @step
    def end(self):
        self.width_seen = len(self.all)


if __name__ == "__main__":
    Wide()
