from flowc import FlowSpec, step


class Common(FlowSpec):
    rounds = 3


class TrainFlow(FlowSpec, Common):
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
