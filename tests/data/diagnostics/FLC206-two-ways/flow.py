from flowc import FlowSpec, Parameter, step


class TrainFlow(FlowSpec):
    kind = Parameter("kind", default="a")

    @step
    def start(self):
        if self.kind == "a":
            self.next(self.a)
        elif self.kind == "b":
            self.next(self.b)
        else:
            self.next(self.see)

    @step
    def a(self):
        self.next(self.end)

    @step
    def b(self):
        self.next(self.end)

    @step
    def c(self):
        self.next(self.end)

    @step
    def end(self):
        pass
