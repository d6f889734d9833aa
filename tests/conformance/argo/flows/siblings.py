"""One of three items fails while the others are at work; these go on to their second step."""

import time
from pathlib import Path

from flowc import FlowSpec, Parameter, step


class Siblings(FlowSpec):
    folder = Parameter("folder", required=True)

    @step
    def start(self):
        self.numbers = [0, 1, 2]
        self.next(self.work, foreach="numbers")

    @step
    def work(self):
        broken = Path(self.folder, "broken")
        if self.index == 1:
            broken.touch()
            raise ValueError("broken on purpose")
        while not broken.exists():
            time.sleep(0.2)
        time.sleep(5)
        self.next(self.more)

    @step
    def more(self):
        self.done = self.index
        self.next(self.join)

    @step
    def join(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Siblings()
