"""A switch in an arm of a switch; early exits."""

from metaflow import FlowSpec, step


class SwitchNested(FlowSpec):
    @step
    def start(self):
        self.trail = ["start"]
        self.go = True
        self.next({True: self.check, False: self.end}, condition="go")

    @step
    def check(self):
        self.trail = self.trail + ["check"]
        self.size = "small"
        self.next({"small": self.small, "large": self.large, "odd": self.end}, condition="size")

    @step
    def small(self):
        self.trail = self.trail + ["small"]
        self.next(self.pack)

    @step
    def large(self):
        self.trail = self.trail + ["large"]
        self.next(self.pack)

    @step
    def pack(self):
        self.trail = self.trail + ["pack"]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    SwitchNested()
