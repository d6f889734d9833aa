"""A switch in a foreach body: one arm, an empty arm, and arms that meet before the join."""

from metaflow import FlowSpec, step


class SwitchForeach(FlowSpec):
    @step
    def start(self):
        self.items = ["wide", "narrow", "plain", "wide"]
        self.next(self.look, foreach="items")

    @step
    def look(self):
        self.shape = self.input
        self.work = "none"
        self.next({"wide": self.wide, "narrow": self.narrow, "plain": self.pack}, condition="shape")

    @step
    def wide(self):
        self.work = "cut"
        self.next(self.pack)

    @step
    def narrow(self):
        self.work = "stretch"
        self.next(self.pack)

    @step
    def pack(self):
        self.packed = f"{self.shape}:{self.work}"
        self.next(self.join)

    @step
    def join(self, inputs):
        self.all = [branch.packed for branch in inputs]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    SwitchForeach()
