from flowc import FlowSpec, Parameter, step


class TrainFlow(FlowSpec):
    tag = Parameter("tag", default="x")

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
