"""A step that succeeds at its third attempt."""

from metaflow import FlowSpec, current, retry, step


class Retry(FlowSpec):
    @retry(times=3, minutes_between_retries=0)
    @step
    def start(self):
        self.attempt = current.retry_count
        if self.attempt < 2:
            raise RuntimeError(f"attempt {self.attempt} fails on purpose")
        self.next(self.end)

    @step
    def end(self):
        self.seen = self.attempt


if __name__ == "__main__":
    Retry()
