from flowc import FlowSpec, current, parallel, step


class Loops(FlowSpec):
    @step(start=True)
    def begin(self):
        self.items = [2, 1]
        self.next(self.work, foreach="items")

    @step
    def work(self):
        self.turn = getattr(self, "turn", 0) + 1
        self.go = "more" if self.turn < self.input else "done"
        self.next({"more": self.work, "done": self.join}, condition="go")

    @step
    def join(self, inputs):
        self.turns = [each.turn for each in inputs]
        self.next(self.left, self.right)

    @step
    def left(self):
        self.next(self.both)

    @step
    def right(self):
        self.next(self.both)

    @step
    def both(self, inputs):
        self.next(self.gang, num_parallel=2)

    @parallel
    @step
    def gang(self):
        self.node = current.parallel.node_index
        self.next(self.gathered)

    @step
    def gathered(self, inputs):
        self.nodes = [each.node for each in inputs]
        self.next(self.last)

    @step(end=True)
    def last(self):
        print("over")


if __name__ == "__main__":
    Loops()
