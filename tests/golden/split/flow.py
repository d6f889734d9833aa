"""Two branches, of one and of two steps."""

from metaflow import FlowSpec, step


class Split(FlowSpec):
    @step
    def start(self):
        self.base = 10
        self.next(self.left, self.right)

    @step
    def left(self):
        self.value = self.base + 1
        self.only_left = True
        self.next(self.join)

    @step
    def right(self):
        self.value = self.base + 2
        self.next(self.further)

    @step
    def further(self):
        self.value *= 2
        self.next(self.join)

    @step
    def join(self, inputs):
        self.values = [inputs.left.value, inputs.further.value]
        self.merge_artifacts(inputs, exclude=["value"])
        self.next(self.end)

    @step
    def end(self):
        self.total = sum(self.values) + self.base + self.only_left


if __name__ == "__main__":
    Split()
