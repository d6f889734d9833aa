from flowc import Config, FlowSpec, config_expr, retry, step


class TrainFlow(FlowSpec):
    model = Config("model", default_value={"name": "small", "rounds": 3})

    @retry(times=config_expr("model.round"))
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
