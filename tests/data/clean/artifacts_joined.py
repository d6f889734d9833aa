"""Joins that take over what is read behind them, each in another way."""

from flowc import FlowSpec, step


def fill(flow):
    flow.filled = 1


class Joined(FlowSpec):
    @step
    def start(self):
        self.base = 1
        self.status = "fresh"
        self.next(self.left, self.right)

    @step
    def left(self):
        self.x = 1
        self.same = "both"
        self.same_call = len("both")
        self.only_left = 1
        self.differs = 1
        self.next(self.left_end)

    @step
    def left_end(self):
        self.next(self.join)

    @step
    def right(self):
        self.x = 2
        self.same = "both"
        self.same_call = len("both")
        self.differs = 2
        self.next(self.join)

    @step
    def join(self, inputs):
        self.x = max(each.x for each in inputs)
        self.merge_artifacts(inputs, exclude=["differs"])
        print(inputs.left_end.only_left, inputs.left.only_left, inputs[0].only_left, inputs[-1].x)
        for each in inputs:
            if hasattr(each, "only_right"):
                print(each.only_right)
        self.items = [1, 2]
        self.next(self.body, foreach="items")

    @step
    def body(self):
        self.result = self.input + self.index
        self.constant = "same for all"
        self.next(self.collect)

    @step
    def collect(self, inputs):
        self.results = [each.result for number, each in enumerate(inputs)]
        self.best = max(inputs, key=lambda each: each.result).result
        self.merge_artifacts(inputs, exclude=["result"])
        self.next(self.open)

    @step
    def open(self):
        print(self.results, self.constant, self.only_left, self.base, self.same, self.status)
        self.next(self.computed, self.escaping)

    @step
    def computed(self):
        for name in ("one", "two"):
            setattr(self, name, 1)
        print(self.one)
        self.next(self.merged)

    @step
    def escaping(self):
        fill(self)
        print(self.filled)
        self.next(self.merged)

    @step
    def merged(self, inputs):
        self.take(inputs)
        self.next(self.end)

    def take(self, inputs):
        self.merge_artifacts(inputs)

    @step
    def end(self):
        print(self.one, self.filled, self.x)
