from flowc import FlowSpec, step


class TrainFlow(FlowSpec):
    @step
    def start(self):
        self.next(self.report)

    @step(end=True)
    def report(self):
        pass

    @step
    def end(self):
        pass
