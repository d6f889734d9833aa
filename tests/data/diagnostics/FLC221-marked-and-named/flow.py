from flowc import FlowSpec, step


class TrainFlow(FlowSpec):
    @step(start=True)
    def load(self):
        self.next(self.start)

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
