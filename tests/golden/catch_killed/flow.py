"""A step that dies of a signal each time, and is caught."""

import os
import signal

from metaflow import FlowSpec, catch, step


class CatchKilled(FlowSpec):
    @step
    def start(self):
        self.next(self.fragile)

    @catch(var="death", print_exception=False)
    @step
    def fragile(self):
        os.kill(os.getpid(), signal.SIGKILL)
        self.next(self.end)

    @step
    def end(self):
        self.survived = self.death is not None


if __name__ == "__main__":
    CatchKilled()
