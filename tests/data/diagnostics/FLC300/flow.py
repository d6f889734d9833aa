from flowc import FlowSpec, step


class TrainFlow(FlowSpec):
    @step
    def start(self):
        self.next(self.train)

    @step
    def train(self):
        self.train = "a model"
        self.next(self.end)

    @step
    def end(self):
        pass
