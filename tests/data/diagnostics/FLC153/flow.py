from flowc import FlowSpec, Parameter, step


class TrainFlow(FlowSpec):
    train = Parameter("train", default=1)

    @step
    def start(self):
        self.next(self.train)

    @step
    def train(self):
        self.next(self.end)

    @step
    def end(self):
        pass
