"""Transitions that Metaflow reads too."""

from flowc import FlowSpec, parallel, step


class Switches(FlowSpec):
    @step
    def start(self):
        self.kind = "a"
        self.items = [1]
        self.next(self.choose)

    @step
    def choose(self):
        self.next({"a": self.each, 2: self.gang_opener, "c": self.each}, condition="kind")

    @step
    def each(self):
        self.next(self.item, foreach="items")

    @step
    def item(self):
        self.next(self.join)

    @step
    def join(self, inputs):
        self.next(self.end)

    @step
    def gang_opener(self):
        self.next(self.member, num_parallel=2)

    @parallel
    @step
    def member(self):
        self.next(self.members)

    @step
    def members(self, inputs):
        self.next(self.split)

    @step
    def split(self):
        self.next(self.one, self.two)

    @step
    def one(self):
        self.next(self.meet)

    @step
    def two(self):
        self.next(self.meet)

    @step
    def meet(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        pass
