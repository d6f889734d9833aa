"""A step that takes too long at its first attempt, and one that always does."""

import time

from flowc import FlowSpec, Parameter, current, retry, step, timeout


class Late(FlowSpec):
    always = Parameter("always", default=False)

    @retry(times=1, minutes_between_retries=0)
    @timeout(seconds=2)
    @step
    def start(self):
        if self.always or current.retry_count == 0:
            time.sleep(600)
        self.attempt = current.retry_count
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Late()
