"""Reads that nothing surely assigns before, and that are fine all the same."""

import contextlib

from flowc import FlowSpec, Parameter, catch, current, step


class Base(FlowSpec):
    default_rows = 10
    _cache = None

    class Limits:
        most = 3

    @property
    def doubled(self):
        return self.rows * 2

    def load(self):
        self.rows = self.default_rows

    def report(self, name=None):
        print(name if name is not None else self.never_there)


class AskedFor(Base):
    alpha = Parameter("alpha", default=1)

    @step
    def start(self):
        if hasattr(self, "model"):
            print(self.model)
        print(getattr(self, "model", None), self._cache, self.Limits.most, self.alpha)
        try:
            print(self.missing)
        except AttributeError:
            self.missing = 1
        with contextlib.suppress(AttributeError):
            print(self.missing_too)
        self.load()
        print(self.doubled)
        self.report("x")
        self.seen = []
        for row in range(self.rows):
            if row > 0:
                print(self.last)
            self.last = row
        later = lambda: self.set_below  # noqa: E731
        self.set_below = 1
        later()
        self.turn = 0
        self.next(self.again)

    @step
    def again(self):
        if self.turn > 0:
            print(self.of_last_turn)
        self.of_last_turn = self.turn
        self.turn += 1
        self.kind = "more" if self.turn < 3 else "done"
        self.next({"more": self.again, "done": self.risky}, condition="kind")

    @catch(var="problem")
    @step
    def risky(self):
        self.outcome = 1 / (self.turn - 3)
        self.next(self.fork)

    @step
    def fork(self):
        print(self.problem)
        if self.problem is None:
            print(self.outcome)
        self.next({"more": self.quick, "done": self.thorough}, condition="kind")

    @step
    def quick(self):
        self.next(self.met)

    @step
    def thorough(self):
        self.score = 1
        self.next(self.met)

    @step
    def met(self):
        self.next({"more": self.end, "done": self.show}, condition="kind")

    @step
    def show(self):
        print(self.score)
        self.next(self.end)

    @step
    def end(self):
        print(current.run_id)
