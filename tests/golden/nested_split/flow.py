"""A split in a branch of a split."""

from metaflow import FlowSpec, step


class NestedSplit(FlowSpec):
    @step
    def start(self):
        self.next(self.a, self.b)

    @step
    def a(self):
        self.seen = "a"
        self.next(self.c, self.d)

    @step
    def b(self):
        self.seen = "b"
        self.next(self.outer)

    @step
    def c(self):
        self.seen += "c"
        self.next(self.inner)

    @step
    def d(self):
        self.seen += "d"
        self.next(self.inner)

    @step
    def inner(self, inputs):
        self.seen = "+".join(sorted(branch.seen for branch in inputs))
        self.next(self.outer)

    @step
    def outer(self, inputs):
        self.seen = " ".join(sorted(branch.seen for branch in inputs))
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    NestedSplit()
