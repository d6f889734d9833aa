from flowc import FlowSpec, resources, retry, step


class TrainFlow(FlowSpec):
    @retry(times=1)
    @resources(cpu=2)
    @retry(times=2)
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
