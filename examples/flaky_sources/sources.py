"""Read several sources of which one fails at times and one always: retry, catch, timeout."""

from flowc import FlowSpec, catch, current, environment, retry, step, timeout


class FlakySources(FlowSpec):
    """A run that ends well although a source is down."""

    @step
    def start(self):
        """List the sources."""
        self.sources = ["steady", "flaky", "down"]
        self.next(self.read, foreach="sources")

    @catch(var="problem", print_exception=False)
    @retry(times=2, minutes_between_retries=0)
    @timeout(seconds=30)
    @environment(vars={"SOURCE_MODE": "demo"})
    @step
    def read(self):
        """Read one source; the flaky one answers at the third attempt."""
        self.source = self.input
        self.count = 0
        if self.source == "down" or (self.source == "flaky" and current.retry_count < 2):
            raise ConnectionError(f"{self.source} did not answer (attempt {current.retry_count})")
        self.count = len(self.source) * 100
        self.next(self.summarise)

    @step
    def summarise(self, inputs):
        """Add up what came in, and name what did not."""
        self.total = sum(branch.count for branch in inputs)
        self.missing = [branch.source for branch in inputs if branch.problem]
        self.next(self.end)

    @step
    def end(self):
        """Report."""
        print(f"{self.total} records; no answer from {', '.join(self.missing) or 'nobody'}")


if __name__ == "__main__":
    FlakySources()
