from flowc import FlowSpec, step


class TrainFlow(FlowSpec):
    @step
    def start(self):
        self.kind = "x"
        self.next({"x": self.publish, "y": self.end}, condition="kind")

    @step
    def end(self):
        pass
