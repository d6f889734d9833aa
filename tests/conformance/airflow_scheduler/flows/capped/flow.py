"""Items that note when they begin and end, for the caps of the settings beside it."""

import os
import time

from flowc import FlowSpec, Parameter, step


class Capped(FlowSpec):
    folder = Parameter("folder", required=True)

    def note(self, what):
        with open(os.path.join(self.folder, "notes"), "a") as file:
            file.write(f"{what}\n")

    @step
    def start(self):
        self.numbers = [0, 1, 2]
        self.next(self.work, foreach="numbers")

    @step
    def work(self):
        self.note("begin")
        time.sleep(3)
        self.note("end")
        self.next(self.join)

    @step
    def join(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Capped()
