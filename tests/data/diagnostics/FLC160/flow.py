from flowc import FlowSpec, Parameter, step


class TrainFlow(FlowSpec):
    rounds = Parameter("rounds", default=3, required=True)

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
