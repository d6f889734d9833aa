from flowc import FlowSpec, Parameter, step


class TrainFlow(FlowSpec):
    text = Parameter("text", default="0123456789" * 20000)

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
