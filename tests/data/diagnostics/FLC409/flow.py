from flowc import FlowSpec, environment, step


class TrainFlow(FlowSpec):
    @environment(vars={"NAME": "half of \ud83d"})
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
