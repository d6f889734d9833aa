"""Items of which one may fail for good, one at first, one by a signal; environment values that a template would spoil."""

import os
import signal

from flowc import FlowSpec, Parameter, catch, current, environment, retry, step


class Items(FlowSpec):
    broken = Parameter("broken", default=-1)

    @step
    def start(self):
        self.numbers = [0, 1, 2]
        self.next(self.work, foreach="numbers")

    @environment(vars={"TEXT": "{{ ti }} {% raw %} 'x' \"$HOME\" `id`\n", "SCRIPT": "run.sh"})
    @retry(times=1, minutes_between_retries=0)
    @step
    def work(self):
        self.seen = [os.environ["TEXT"], os.environ["SCRIPT"]]
        self.attempt = current.retry_count
        if self.index == self.broken:
            raise ValueError("broken on purpose")
        if self.index == 1 and self.attempt == 0:
            raise OSError("fails at first")
        self.next(self.risky)

    @catch(var="death", print_exception=False)
    @retry(times=1, minutes_between_retries=0)
    @step
    def risky(self):
        if self.index == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.index == 0:
            raise ValueError("caught")
        self.next(self.join)

    @step
    def join(self, inputs):
        self.attempts = [branch.attempt for branch in inputs]
        self.dead = [branch.death is not None for branch in inputs]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Items()
