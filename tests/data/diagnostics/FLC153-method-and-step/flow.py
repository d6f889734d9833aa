from flowc import FlowSpec, step


class TrainFlow(FlowSpec):
    def train(self):
        return "model"

    @step
    def start(self):
        self.next(self.train)

    @step
    def train(self):
        self.next(self.end)

    @step
    def end(self):
        pass
