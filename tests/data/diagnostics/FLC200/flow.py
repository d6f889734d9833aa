from flowc import FlowSpec, step


class TrainFlow(FlowSpec):
    @step
    def start(self):
        self.model = 1

    @step
    def end(self):
        pass
