from flowc import FlowSpec, Parameter, step


class TrainFlow(FlowSpec):
    alpha = Parameter("alpha", **{"name": "beta"})

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
