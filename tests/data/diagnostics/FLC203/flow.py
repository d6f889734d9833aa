from flowc import FlowSpec, step


class TrainFlow(FlowSpec):
    @step
    def start(self):
        self.items = [1, 2]
        self.next(self.end, foreach=self.items)

    @step
    def end(self):
        pass
