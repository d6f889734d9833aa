from flowc import FlowSpec, step


class TrainFlow(FlowSpec):
    @step
    def start(self):
        yield 1
        self.next(self.end)

    @step
    def end(self):
        pass
