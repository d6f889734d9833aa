"""A caught step that waits until a file is there, so that its pod can be taken away; every execution leaves a line."""

import os
import time
from pathlib import Path

from flowc import FlowSpec, Parameter, catch, step


class Caught(FlowSpec):
    folder = Parameter("folder", required=True)

    @step
    def start(self):
        self.next(self.work)

    @catch(var="death", print_exception=False)
    @step
    def work(self):
        with open(os.path.join(self.folder, "executions"), "a") as file:
            file.write("work\n")
        while not Path(self.folder, "open").exists():
            time.sleep(0.2)
        self.next(self.end)

    @step
    def end(self):
        self.lost = self.death is not None


if __name__ == "__main__":
    Caught()
