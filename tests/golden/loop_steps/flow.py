"""A loop through several steps with a split in it and two exits."""

from flowc import FlowSpec, step


class LoopSteps(FlowSpec):
    @step
    def start(self):
        self.turns = 0
        self.trail = []
        self.next(self.head)

    @step
    def head(self):
        self.turns += 1
        self.next(self.left, self.right)

    @step
    def left(self):
        self.value = self.turns
        self.next(self.meet)

    @step
    def right(self):
        self.value = -1
        self.next(self.meet)

    @step
    def meet(self, inputs):
        self.turns = inputs.left.turns
        self.trail = inputs.left.trail + [inputs.left.value + inputs.right.value]
        self.next(self.judge)

    @step
    def judge(self):
        self.verdict = ["again", "again", "good"][self.turns - 1]
        self.next({"again": self.head, "good": self.publish, "bad": self.end}, condition="verdict")

    @step
    def publish(self):
        self.published = True
        self.next(self.end)

    @step
    def end(self):
        self.summary = (self.turns, self.trail)


if __name__ == "__main__":
    LoopSteps()
