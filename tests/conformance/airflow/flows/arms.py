"""A foreach in one arm, a split in another, a shared tail; which arm runs is a parameter, and which step fails, if any."""

from flowc import FlowSpec, Parameter, step


class Arms(FlowSpec):
    way = Parameter("way", default="each")
    broken = Parameter("broken", default="")

    def fail_in(self, step):
        if self.broken == step:
            raise ValueError(f"{step} fails on purpose")

    @step
    def start(self):
        self.trail = ["start"]
        self.next({"each": self.fan, "both": self.fork, "tail": self.tail, "none": self.meet}, condition="way")

    @step
    def fan(self):
        self.fail_in("fan")
        self.items = ["a", "b"]
        self.next(self.item, foreach="items")

    @step
    def item(self):
        self.kind = "odd" if self.index else "even"
        self.got = self.input
        self.next({"odd": self.odd, "even": self.gather}, condition="kind")

    @step
    def odd(self):
        self.fail_in("odd")
        self.got = self.got.upper()
        self.next(self.gather)

    @step
    def gather(self, inputs):
        self.trail = [branch.got for branch in inputs]
        self.next(self.tail)

    @step
    def fork(self):
        self.next(self.left, self.right)

    @step
    def left(self):
        self.x = 1
        self.next(self.joined)

    @step
    def right(self):
        self.y = 2
        self.next(self.joined)

    @step
    def joined(self, inputs):
        self.merge_artifacts(inputs)
        self.next(self.meet)

    @step
    def tail(self):
        self.trail = [*self.trail, "tail"]
        self.next(self.meet)

    @step
    def meet(self):
        self.trail = [*self.trail, "meet"]
        self.next(self.end)

    @step
    def end(self):
        self.done = True


if __name__ == "__main__":
    Arms()
