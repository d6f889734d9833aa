from flowc import FlowSpec, step, timeout


class TrainFlow(FlowSpec):
    @timeout(minutes=0)
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
