"""A choice made by a step whose pod is lost after its commit: whoever comes after it must make the same choice."""

import os
import time
from pathlib import Path
from random import SystemRandom

from flowc import FlowSpec, Parameter, retry, step


class Handed(FlowSpec):
    folder = Parameter("folder", required=True)

    @step
    def start(self):
        self.next(self.choose)

    @retry(times=2, minutes_between_retries=0)
    @step
    def choose(self):
        with open(os.path.join(self.folder, "executions"), "a") as file:
            file.write("choose\n")
        while not Path(self.folder, "open").exists():
            time.sleep(0.05)
        self.way = SystemRandom().choice(["left", "right"])
        self.next({"left": self.left, "right": self.right}, condition="way")

    @step
    def left(self):
        self.went = "left"
        self.next(self.end)

    @step
    def right(self):
        self.went = "right"
        self.next(self.end)

    @step
    def end(self):
        self.same = self.went == self.way


if __name__ == "__main__":
    Handed()
