"""Loops of steps that carry artifacts round, and arms that end in an error."""

from flowc import FlowSpec, step


class Loops(FlowSpec):
    @step
    def start(self):
        self.left = 3
        self.history = []
        self.next(self.train)

    @step
    def train(self):
        self.history = [*self.history, self.left]
        self.left -= 1
        self.next(self.judge)

    @step
    def judge(self):
        self.verdict = "stop" if self.left == 0 else "go" if self.left > 0 else "broken"
        self.next({"go": self.prepare, "stop": self.finish, "broken": self.fail}, condition="verdict")

    @step
    def prepare(self):
        print(self.verdict)
        self.next(self.train)

    @step
    def fail(self):
        raise ValueError(self.verdict)
        self.next(self.end)

    @step
    def finish(self):
        self.final = self.history[-1]
        self.next(self.end)

    @step
    def end(self):
        print(self.final)
