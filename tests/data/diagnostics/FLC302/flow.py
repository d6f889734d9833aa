from flowc import FlowSpec, Parameter, step


class TrainFlow(FlowSpec):
    rounds = Parameter("rounds", default=3)
    LIMIT = 10

    @step
    def start(self):
        self.rounds += 1
        self.LIMIT = 20
        self.next(self.end)

    @step
    def end(self):
        pass
