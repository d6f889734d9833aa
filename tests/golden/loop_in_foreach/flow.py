"""Each item of a foreach goes round its own number of times."""

from metaflow import FlowSpec, step


class LoopInForeach(FlowSpec):
    @step
    def start(self):
        self.limits = [1, 3, 2]
        self.next(self.prepare, foreach="limits")

    @step
    def prepare(self):
        self.limit = self.input
        self.turns = 0
        self.next(self.work)

    @step
    def work(self):
        self.turns += 1
        self.state = "stop" if self.turns >= self.limit else "go"
        self.next({"go": self.work, "stop": self.tidy}, condition="state")

    @step
    def tidy(self):
        self.note = f"{self.index}:{self.turns}"
        self.next(self.join)

    @step
    def join(self, inputs):
        self.notes = [branch.note for branch in inputs]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    LoopInForeach()
