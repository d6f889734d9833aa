"""One of three items fails until a file is there; every execution leaves a line."""

import os
from pathlib import Path

from flowc import FlowSpec, Parameter, current, step


class Mended(FlowSpec):
    folder = Parameter("folder", required=True)

    def note(self, step):
        with open(os.path.join(self.folder, "executions"), "a") as file:
            file.write(f"{step} {getattr(self, 'index', None)} {current.retry_count}\n")

    @step
    def start(self):
        self.note("start")
        self.numbers = [10, 20, 30]
        self.next(self.work, foreach="numbers")

    @step
    def work(self):
        self.note("work")
        if self.index == 1 and not Path(self.folder, "mended").exists():
            raise FileNotFoundError("not mended yet")
        self.result = self.input + 1
        self.next(self.join)

    @step
    def join(self, inputs):
        self.note("join")
        self.results = [branch.result for branch in inputs]
        self.next(self.end)

    @step
    def end(self):
        self.note("end")


if __name__ == "__main__":
    Mended()
