from flowc import FlowSpec, Parameter, step


class TrainFlow(FlowSpec):
    train = 3
    score = Parameter("score", default=1)

    @step
    def start(self):
        self.next(self.train, self.score)

    @step
    def end(self):
        pass
