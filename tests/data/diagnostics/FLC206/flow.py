from flowc import FlowSpec, Parameter, step


class TrainFlow(FlowSpec):
    fast = Parameter("fast", default=True)

    @step
    def start(self):
        if self.fast:
            self.next(self.end)
        else:
            self.next(self.train)

    @step
    def train(self):
        self.next(self.end)

    @step
    def end(self):
        pass
