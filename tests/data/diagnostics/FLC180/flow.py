from flowc import FlowSpec, pypi, step


class TrainFlow(FlowSpec):
    @pypi(packages={"pandas": "2.3.0"})
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
