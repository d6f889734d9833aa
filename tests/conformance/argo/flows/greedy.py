"""A step that takes more memory than its container may have, and is caught."""

from flowc import FlowSpec, catch, kubernetes, retry, step


class Greedy(FlowSpec):
    @step
    def start(self):
        self.next(self.fill)

    @catch(var="death", print_exception=False)
    @retry(times=1, minutes_between_retries=0)
    @kubernetes(memory=64)
    @step
    def fill(self):
        self.before = True
        kept = []
        while True:
            kept.append(bytearray(b"x" * 1_000_000))
        self.next(self.end)

    @step
    def end(self):
        self.survived = self.death is not None


if __name__ == "__main__":
    Greedy()
