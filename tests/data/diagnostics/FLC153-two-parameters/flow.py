from flowc import FlowSpec, Parameter, step


class TrainFlow(FlowSpec):
    alpha = Parameter("alpha", default=0.1)
    alpha = Parameter("beta", default=0.2)

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
