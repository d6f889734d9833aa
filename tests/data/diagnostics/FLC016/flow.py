from flowc import FlowSpec, IncludeFile, step


class TrainFlow(FlowSpec):
    users = IncludeFile("users", default="/etc/passwd")

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
