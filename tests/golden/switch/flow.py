"""A switch with an arm of one step, one of two steps and an empty one."""

from metaflow import FlowSpec, Parameter, step


class Switch(FlowSpec):
    kind = Parameter("kind", default="long")

    @step
    def start(self):
        self.path = ["start"]
        self.choice = self.kind
        self.next({"short": self.short, "long": self.first, "none": self.end}, condition="choice")

    @step
    def short(self):
        self.path = self.path + ["short"]
        self.next(self.end)

    @step
    def first(self):
        self.path = self.path + ["first"]
        self.next(self.second)

    @step
    def second(self):
        self.path = self.path + ["second"]
        self.next(self.end)

    @step
    def end(self):
        self.length = len(self.path)


if __name__ == "__main__":
    Switch()
