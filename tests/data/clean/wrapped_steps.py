import functools

from flowc import FlowSpec, step


def with_items(function):
    @functools.wraps(function)
    def inner(self):
        self.items = [1, 2]
        return function(self)

    return inner


class TrainFlow(FlowSpec):
    @with_items
    @step
    def start(self):
        self.next(self.work, foreach="items")

    @step
    def work(self):
        self.next(self.join)

    @step
    def join(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        pass
