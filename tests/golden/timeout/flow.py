"""A step that takes too long and is caught."""

import time

from metaflow import FlowSpec, catch, step, timeout


class Timeout(FlowSpec):
    @catch(var="late", print_exception=False)
    @timeout(seconds=1)
    @step
    def start(self):
        self.began = True
        time.sleep(30)
        self.next(self.end)

    @step
    def end(self):
        self.was_late = self.late is not None


if __name__ == "__main__":
    Timeout()
