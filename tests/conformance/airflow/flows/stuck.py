"""One item neither hears its timeout nor SIGTERM, as a call into C that does not return; it is ended all the same, and caught."""

import signal
import time

from flowc import FlowSpec, catch, step, timeout


class Stuck(FlowSpec):
    @step
    def start(self):
        self.numbers = [0, 1]
        self.next(self.work, foreach="numbers")

    @catch(print_exception=False)
    @timeout(seconds=1)
    @step
    def work(self):
        self.result = self.input
        if self.input == 1:
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM, signal.SIGTERM})
            time.sleep(600)
        self.next(self.join)

    @step
    def join(self, inputs):
        self.ended = [hasattr(branch, "result") for branch in inputs]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Stuck()
