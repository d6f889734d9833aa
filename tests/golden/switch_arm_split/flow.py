"""An arm of a switch that opens a split and ends in its join."""

from metaflow import FlowSpec, step


class SwitchArmSplit(FlowSpec):
    @step
    def start(self):
        self.mode = "both"
        self.result = 0
        self.next({"both": self.fan, "none": self.end}, condition="mode")

    @step
    def fan(self):
        self.next(self.a, self.b)

    @step
    def a(self):
        self.part = 1
        self.next(self.join)

    @step
    def b(self):
        self.part = 2
        self.next(self.join)

    @step
    def join(self, inputs):
        self.result = sum(branch.part for branch in inputs)
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    SwitchArmSplit()
