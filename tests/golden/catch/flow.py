"""A step whose error is caught, in a foreach where other items are fine."""

from metaflow import FlowSpec, catch, retry, step


class Catch(FlowSpec):
    @step
    def start(self):
        self.numbers = [1, 0, 2]
        self.next(self.divide, foreach="numbers")

    @catch(var="problem", print_exception=False)
    @retry(times=1, minutes_between_retries=0)
    @step
    def divide(self):
        self.number = self.input
        self.result = 10 / self.number
        self.next(self.join)

    @step
    def join(self, inputs):
        self.failed = [branch.number for branch in inputs if branch.problem is not None]
        self.results = [branch.result for branch in inputs if branch.problem is None]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Catch()
