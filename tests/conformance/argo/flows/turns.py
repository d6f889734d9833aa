"""As many turns of a loop as a parameter says."""

from flowc import FlowSpec, Parameter, step


class Turns(FlowSpec):
    turns = Parameter("turns", default=120)

    @step
    def start(self):
        self.turn = 0
        self.next(self.work)

    @step
    def work(self):
        self.turn += 1
        self.more = "yes" if self.turn < self.turns else "no"
        self.next({"yes": self.work, "no": self.end}, condition="more")

    @step
    def end(self):
        self.made = self.turn


if __name__ == "__main__":
    Turns()
