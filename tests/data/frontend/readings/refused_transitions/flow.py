"""What flowc refuses of self.next; each step is a mistake of its own."""

from flowc import FlowSpec, step

NAME = "end"


class Refused(FlowSpec):
    @step
    def start(self):
        self.next("end")

    @step
    def star(self):
        self.next(*[self.end])

    @step
    def spread(self):
        self.next(self.end, **{"foreach": "xs"})

    @step
    def other_object(self):
        other = self
        self.next(other.end)

    @step
    def method_reference(self):
        go = self.next
        go(self.end)

    @step
    def in_lambda(self):
        (lambda: self.next(self.end))()

    @step
    def keyword(self):
        self.next(self.end, foreaach="xs")

    @step
    def local_number(self):
        count = 3
        self.next(self.end, foreach=count)

    @step
    def loop_variable(self):
        for name in ["a"]:
            pass
        self.next(self.end, foreach=name)

    @step
    def empty(self):
        self.next()

    @step
    def early_return(self):
        if self.x:
            return
        self.next(self.end)

    @step
    def nested_return_is_fine(self):
        def inner():
            return 1

        self.next(self.end)

    @step
    def under_if(self):
        if self.x:
            self.next(self.end)

    @step
    def in_with(self):
        with open("x"):
            self.next(self.end)

    @step
    def in_try(self):
        try:
            self.next(self.end)
        finally:
            pass

    @step
    def returned(self):
        return self.next(self.end)

    @step
    def twice(self):
        if self.x:
            self.next(self.end)
        elif self.y:
            self.next(self.start)
        else:
            self.next(self.end)

    @step
    def afterwards(self):
        self.next(self.end)
        self.done = True

    @step
    def in_helper(self):
        self.go()

    def go(self):
        self.next(self.end)

    @step
    def no_transition(self):
        pass

    @step
    def many_for_foreach(self):
        self.next(self.end, self.start, foreach="xs")

    @step
    def both(self):
        self.next(self.end, foreach="xs", num_parallel=2)

    @step
    def gang_of_none(self):
        self.next(self.end, num_parallel=0)

    @step
    def gang_of_text(self):
        self.next(self.end, num_parallel="2")

    @step
    def no_condition(self):
        self.next({"a": self.end, "b": self.start})

    @step
    def no_cases(self):
        self.next(self.end, condition="kind")

    @step
    def one_case(self):
        self.next({"a": self.end}, condition="kind")

    @step
    def zero_cases(self):
        self.next({}, condition="kind")

    @step
    def repeated_cases(self):
        self.next({1: self.end, True: self.start, 1.0: self.start}, condition="kind")

    @step
    def spread_cases(self):
        self.next({"a": self.end, **{"b": self.start}}, condition="kind")

    @step
    def computed_case(self):
        self.next({"a": self.end, (1, 2): self.start, NAME.upper(): self.end}, condition="kind")

    @step
    def computed_condition(self):
        self.next({"a": self.end, "b": self.start}, condition=self.kind)

    @step
    def switch_and_gang(self):
        self.next({"a": self.end, "b": self.start}, condition="kind", num_parallel=2)

    @step
    def end(self):
        pass
