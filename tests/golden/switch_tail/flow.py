"""Two arms of a switch share a tail, a third goes its own way."""

from metaflow import FlowSpec, Parameter, step


class SwitchTail(FlowSpec):
    number = Parameter("number", default=2)

    @step
    def start(self):
        self.trail = "s"
        self.choice = self.number
        self.next({1: self.a, 2: self.b, 3: self.c}, condition="choice")

    @step
    def a(self):
        self.trail += "a"
        self.next(self.d)

    @step
    def b(self):
        self.trail += "b"
        self.next(self.d)

    @step
    def c(self):
        self.trail += "c"
        self.next(self.e)

    @step
    def d(self):
        self.trail += "d"
        self.next(self.f)

    @step
    def e(self):
        self.trail += "e"
        self.next(self.f)

    @step
    def f(self):
        self.trail += "f"
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    SwitchTail()
