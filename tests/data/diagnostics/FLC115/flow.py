from flowc import FlowSpec, step


class TrainFlow(FlowSpec):
    @step
    def start(self):
        self.next(self.train)

    @step
    def train(self):
        self.model = "small"
        self.next(self.end)

    @step
    def train(self):
        self.model = "large"
        self.next(self.end)

    @step
    def end(self):
        pass
