from flowc import FlowSpec, environment, step


class TrainFlow(FlowSpec):
    @environment(vars={"PATTERN": "a\0b"})
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
