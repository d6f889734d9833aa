"""A join that opens the next split, and one that opens a foreach."""

from flowc import FlowSpec, step


class JoinOpens(FlowSpec):
    @step
    def start(self):
        self.next(self.a, self.b)

    @step
    def a(self):
        self.value = 1
        self.next(self.first)

    @step
    def b(self):
        self.value = 2
        self.next(self.first)

    @step
    def first(self, inputs):
        self.values = [branch.value for branch in inputs]
        self.next(self.c, self.d)

    @step
    def c(self):
        self.total = sum(self.values)
        self.next(self.second)

    @step
    def d(self):
        self.total = -sum(self.values)
        self.next(self.second)

    @step
    def second(self, inputs):
        self.totals = [branch.total for branch in inputs]
        self.next(self.each, foreach="totals")

    @step
    def each(self):
        self.size = abs(self.input)
        self.next(self.third)

    @step
    def third(self, inputs):
        self.sizes = [branch.size for branch in inputs]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    JoinOpens()
