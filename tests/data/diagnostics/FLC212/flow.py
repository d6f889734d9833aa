from flowc import FlowSpec, step


class TrainFlow(FlowSpec):
    @step
    def start(self):
        self.kind = "a"
        self.next({"a": self.a}, condition="kind")

    @step
    def a(self):
        self.next(self.end)

    @step
    def end(self):
        pass
