from flowc import FlowSpec, IncludeFile, step


class TrainFlow(FlowSpec):
    secret = IncludeFile("secret", default=".env")

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
