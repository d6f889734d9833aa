"""Arms of a switch that meet at the foreach's own join, one of them empty."""

from metaflow import FlowSpec, step


class SwitchIntoJoin(FlowSpec):
    @step
    def start(self):
        self.items = [1, 2, 3]
        self.next(self.look, foreach="items")

    @step
    def look(self):
        self.value = self.input
        self.kind = "odd" if self.value % 2 else "even"
        self.next({"odd": self.triple, "even": self.join}, condition="kind")

    @step
    def triple(self):
        self.value *= 3
        self.next(self.join)

    @step
    def join(self, inputs):
        self.values = [branch.value for branch in inputs]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    SwitchIntoJoin()
