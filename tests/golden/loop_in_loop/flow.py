"""A loop in a loop, with an exit that leaves both."""

from flowc import FlowSpec, step


class LoopInLoop(FlowSpec):
    @step
    def start(self):
        self.trail = ""
        self.outer_turns = 0
        self.next(self.outer)

    @step
    def outer(self):
        self.outer_turns += 1
        self.inner_turns = 0
        self.trail += "o"
        self.next(self.inner)

    @step
    def inner(self):
        self.inner_turns += 1
        self.trail += "i"
        if self.inner_turns < 2:
            self.way = "again"
        elif self.outer_turns < 3:
            self.way = "outer"
        else:
            self.way = "out"
        self.next({"again": self.inner, "outer": self.outer, "out": self.end}, condition="way")

    @step
    def end(self):
        pass


if __name__ == "__main__":
    LoopInLoop()
