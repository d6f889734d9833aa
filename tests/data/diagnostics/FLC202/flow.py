from flowc import FlowSpec, step


class TrainFlow(FlowSpec):
    @step
    def start(self):
        self.next(self.end, forach="items")

    @step
    def end(self):
        pass
