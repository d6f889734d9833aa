"""Start and end under names of their own."""

from metaflow import FlowSpec, step


class MarkedEnds(FlowSpec):
    @step(end=True)
    def finish(self):
        self.done = self.seen + 1

    @step(start=True)
    def begin(self):
        self.seen = 1
        self.next(self.finish)


if __name__ == "__main__":
    MarkedEnds()
