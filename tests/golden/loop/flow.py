"""A step that goes round until it is good enough."""

from metaflow import FlowSpec, step


class Loop(FlowSpec):
    @step
    def start(self):
        self.turns = 0
        self.next(self.train)

    @step
    def train(self):
        self.turns += 1
        self.state = "done" if self.turns == 3 else "more"
        self.next({"more": self.train, "done": self.end}, condition="state")

    @step
    def end(self):
        self.result = self.turns * 100


if __name__ == "__main__":
    Loop()
