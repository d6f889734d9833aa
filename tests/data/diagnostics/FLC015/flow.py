from flowc import FlowSpec, IncludeFile, step


class TrainFlow(FlowSpec):
    rows = IncludeFile("rows", default="rows.csv")

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
