"""More items than the site maps, when compiled for one that maps three: what happens to an item happens to it alone."""

import os
import signal

from flowc import FlowSpec, catch, current, retry, step


class Chunks(FlowSpec):
    @step
    def start(self):
        self.items = list(range(7))
        self.next(self.sort, foreach="items")

    @step
    def sort(self):
        self.number = self.input
        self.kind = ["even", "odd", "none", "odd"][self.number % 4]
        self.next({"odd": self.odd, "even": self.even, "none": self.gather}, condition="kind")

    @catch(var="death", print_exception=False)
    @retry(times=1, minutes_between_retries=0)
    @step
    def odd(self):
        self.attempt = current.retry_count
        if self.number == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.number == 5 and self.attempt == 0:
            raise OSError("fails at first")
        self.next(self.count)

    @step
    def count(self):
        self.turns = getattr(self, "turns", 0) + 1
        self.enough = self.turns >= self.number
        self.next({True: self.gather, False: self.count}, condition="enough")

    @step
    def even(self):
        self.parts = list(range(self.number // 2 + 1))
        self.next(self.part, foreach="parts")

    @step
    def part(self):
        self.label = f"{self.number}:{self.input}"
        self.next(self.add)

    @step
    def add(self, inputs):
        self.merge_artifacts(inputs, include=["number"])
        self.labels = [branch.label for branch in inputs]
        self.next(self.gather)

    @step
    def gather(self):
        self.said = [
            self.number,
            getattr(self, "labels", None),
            getattr(self, "turns", None),
            getattr(self, "attempt", None),
            getattr(self, "death", None) is not None,
        ]
        self.next(self.join)

    @step
    def join(self, inputs):
        self.all_said = [branch.said for branch in inputs]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Chunks()
