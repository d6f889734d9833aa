from flowc import FlowSpec, retry, step


class TrainFlow(FlowSpec):
    @retry(3)
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
