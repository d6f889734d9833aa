from flowc import FlowSpec, step


class TrainFlow(FlowSpec):
    @step(start=True)
    def load(self):
        self.next(self.train)

    @step
    def train(self):
        self.next(self.load)
