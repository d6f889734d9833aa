"""Two items wait until a file is there, so that something can happen in mid-run; every execution leaves a line with its process."""

import os
import time
from pathlib import Path

from flowc import FlowSpec, Parameter, current, retry, step

VERSION = 1


class Paced(FlowSpec):
    folder = Parameter("folder", required=True)

    @step
    def start(self):
        self.numbers = [0, 1]
        self.begun = VERSION
        self.next(self.work, foreach="numbers")

    @retry(times=2, minutes_between_retries=0)
    @step
    def work(self):
        with open(os.path.join(self.folder, "executions"), "a") as file:
            file.write(f"{self.index} {current.retry_count} {os.getpid()}\n")
        while not Path(self.folder, "open").exists():
            time.sleep(0.2)
        self.version = VERSION
        self.next(self.join)

    @step
    def join(self, inputs):
        self.versions = [branch.version for branch in inputs]
        self.next(self.end)

    @step
    def end(self):
        self.version = VERSION


if __name__ == "__main__":
    Paced()
