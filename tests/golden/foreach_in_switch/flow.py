"""A foreach in an arm of a switch in a foreach."""

from metaflow import FlowSpec, step


class ForeachInSwitch(FlowSpec):
    @step
    def start(self):
        self.groups = [2, 0, 1]
        self.next(self.group, foreach="groups")

    @step
    def group(self):
        self.width = self.input
        self.sum = 0
        self.kind = "some" if self.width else "empty"
        self.next({"some": self.fan, "empty": self.close}, condition="kind")

    @step
    def fan(self):
        self.members = list(range(self.width))
        self.next(self.member, foreach="members")

    @step
    def member(self):
        self.value = self.input + 1
        self.next(self.add)

    @step
    def add(self, inputs):
        self.sum = sum(branch.value for branch in inputs)
        self.next(self.close)

    @step
    def close(self):
        self.closed = self.sum
        self.next(self.join)

    @step
    def join(self, inputs):
        self.sums = [branch.closed for branch in inputs]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    ForeachInSwitch()
