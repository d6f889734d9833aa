"""Every turn of a loop opens a foreach."""

from flowc import FlowSpec, step


class ForeachInLoop(FlowSpec):
    @step
    def start(self):
        self.best = []
        self.next(self.propose)

    @step
    def propose(self):
        self.candidates = [len(self.best), len(self.best) + 10]
        self.next(self.evaluate, foreach="candidates")

    @step
    def evaluate(self):
        self.score = self.input * 2
        self.next(self.select)

    @step
    def select(self, inputs):
        self.best = inputs[0].best + [max(branch.score for branch in inputs)]
        self.next(self.judge)

    @step
    def judge(self):
        self.enough = len(self.best) >= 2
        self.next({False: self.propose, True: self.end}, condition="enough")

    @step
    def end(self):
        pass


if __name__ == "__main__":
    ForeachInLoop()
