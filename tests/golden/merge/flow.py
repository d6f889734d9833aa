"""merge_artifacts: what agrees passes, what differs is resolved, what is excluded is gone."""

from metaflow import FlowSpec, step


class Merge(FlowSpec):
    @step
    def start(self):
        self.same = {"a", "b"}
        self.next(self.left, self.right)

    @step
    def left(self):
        self.seen = len(self.same)
        self.agreed = [1, 2, 3]
        self.differs = "left"
        self.private = "left only"
        self.next(self.join)

    @step
    def right(self):
        self.agreed = [1, 2, 3]
        self.differs = "right"
        self.unwanted = "right only"
        self.next(self.join)

    @step
    def join(self, inputs):
        self.differs = inputs.left.differs + "+" + inputs.right.differs
        self.merge_artifacts(inputs, exclude=["unwanted", "seen"])
        self.has_unwanted = hasattr(self, "unwanted")
        self.next(self.end)

    @step
    def end(self):
        self.final = (sorted(self.same), self.agreed, self.differs, self.private)


if __name__ == "__main__":
    Merge()
