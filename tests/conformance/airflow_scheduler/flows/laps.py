"""A loop of two steps. In its second turn the whole container dies, once; every execution leaves a line."""

import os
import signal

from flowc import FlowSpec, Parameter, current, retry, step


class Laps(FlowSpec):
    folder = Parameter("folder", required=True)

    def note(self, step):
        with open(os.path.join(self.folder, "executions"), "a") as file:
            file.write(f"{step} {self.turn} {current.retry_count}\n")

    @step
    def start(self):
        self.turn = -1
        self.next(self.run)

    @step
    def run(self):
        self.turn += 1
        self.note("run")
        self.next(self.look)

    @retry(times=1, minutes_between_retries=0)
    @step
    def look(self):
        self.note("look")
        if self.turn == 1 and current.retry_count == 0:
            os.kill(os.getppid(), signal.SIGKILL)
            signal.pause()
        self.more = self.turn < 2
        self.next({True: self.run, False: self.end}, condition="more")

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Laps()
