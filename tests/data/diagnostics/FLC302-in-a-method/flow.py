from flowc import FlowSpec, Parameter, step


class TrainFlow(FlowSpec):
    rounds = Parameter("rounds", default=3)

    @step
    def start(self):
        self.count()
        self.next(self.end)

    def count(self):
        self.rounds -= 1

    @step
    def end(self):
        pass
