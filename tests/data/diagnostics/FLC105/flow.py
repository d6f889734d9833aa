from flowc import Config, FlowSpec, step


class TrainFlow(FlowSpec):
    model = Config("model", default="model.json")

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
