"""A choice that each attempt would make anew, and items that each attempt would count anew."""

import os

from flowc import FlowSpec, Parameter, retry, step


class Decided(FlowSpec):
    folder = Parameter("folder", default="")

    @retry(times=2, minutes_between_retries=0)
    @step
    def start(self):
        self.tell()
        self.way = "left" if self.attempts() % 2 else "right"
        self.next({"left": self.left, "right": self.right}, condition="way")

    @step
    def left(self):
        self.went = "left"
        self.next(self.fan)

    @step
    def right(self):
        self.went = "right"
        self.next(self.fan)

    @retry(times=2, minutes_between_retries=0)
    @step
    def fan(self):
        self.tell()
        self.items = list(range(self.attempts()))
        self.next(self.item, foreach="items")

    @step
    def item(self):
        self.got = self.input
        self.next(self.join)

    @step
    def join(self, inputs):
        self.count, self.went = len(inputs), inputs[0].went
        self.next(self.end)

    @step
    def end(self):
        pass

    def tell(self):
        with open(os.path.join(self.folder, "executions"), "a") as file:
            file.write("x\n")

    def attempts(self):
        with open(os.path.join(self.folder, "executions")) as file:
            return len(file.readlines())


if __name__ == "__main__":
    Decided()
