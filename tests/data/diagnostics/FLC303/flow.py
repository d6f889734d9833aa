from flowc import FlowSpec, step


class TrainFlow(FlowSpec):
    @step
    def start(self):
        self.input = [1, 2, 3]
        self.next(self.end)

    @step
    def end(self):
        pass
