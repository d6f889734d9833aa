from flowc import Config, FlowSpec, step


class TrainFlow(FlowSpec):
    first = Config("my_config", default_value={})
    second = Config("my-config", default_value={})

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
