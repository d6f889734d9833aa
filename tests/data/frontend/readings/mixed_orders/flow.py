"""Diamonds: which class wins for each step, parameter and method."""

from flowc import FlowSpec, Parameter, card, environment, retry, step, timeout, trigger


class Root(FlowSpec):
    a = Parameter("root_a", default=1)
    b = Parameter("root_b", default=1)

    @step
    def start(self):
        self.next(self.work)

    @retry
    @step
    def work(self):
        self.next(self.end)

    @step
    def end(self):
        pass


class Plain:
    @environment(vars={"FROM": "plain"})
    @step
    def work(self):
        self.next(self.extra)

    @step
    def extra(self):
        self.next(self.end)

    c = Parameter("plain_c")


class Left(Root):
    b = Parameter("left_b", default=2)

    @timeout(minutes=1)
    @step
    def work(self):
        self.next(self.end)


@trigger(event="x")
class Right(Root):
    a = Parameter("right_a", default=3)
    b = Parameter("right_b", default=3)

    @card
    @step
    def end(self):
        pass

    def start_helper(self):
        pass


class LeftFirst(Left, Right):
    pass


class RightFirst(Right, Left):
    pass


class PlainFirst(Plain, Left):
    pass


class PlainLast(Left, Plain):
    c = None

    @step
    def extra(self):
        self.next(self.end)


class Shadowed(Right):
    """A plain method hides the step, and a value hides the parameter."""

    a = 5

    def work(self):
        pass

    @step
    def other(self):
        self.next(self.end)

    @step
    def start(self):
        self.next(self.other)
