from flowc import FlowSpec, retry, step, timeout


class TrainFlow(FlowSpec):
    @retry(time=3)
    @timeout(minuts=5)
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
