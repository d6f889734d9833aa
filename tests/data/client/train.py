from flowc import FlowSpec, Parameter, catch, current, retry, step


class Model:
    """Pickles by the name of this file's module."""

    def __init__(self, name):
        self.name = name


class Loud:
    """Whoever unpickles it hears of it."""

    def __setstate__(self, state):
        raise RuntimeError("unpickled")


class TrainFlow(FlowSpec):
    alpha = Parameter("alpha", default=0.5)
    fail = Parameter("fail", default=False)

    @step
    def start(self):
        print("hello from start")
        self._hidden = 1
        self.names = [f"m{number}" for number in range(12)]
        self.next(self.train, foreach="names")

    @retry(times=1, minutes_between_retries=0)
    @step
    def train(self):
        print("training", self.input, "attempt", current.retry_count)
        if self.index == 1 and current.retry_count == 0:
            raise RuntimeError("first time")
        if self.fail and self.index == 2:
            raise ValueError("bad item")
        self.score = 10 - self.index
        self.next(self.check)

    @catch(var="error", print_exception=False)
    @step
    def check(self):
        if self.index == 0:
            raise KeyError("caught")
        self.next(self.join)

    @step
    def join(self, inputs):
        self.scores = [each.score for each in inputs]
        self.next(self.end)

    @step
    def end(self):
        self.best = max(self.scores)
        self.model = Model("best")
        self.loud = Loud()
        self.loud.here = True


if __name__ == "__main__":
    TrainFlow()
