from flowc import FlowSpec, step


class TrainFlow(FlowSpec):
    def score(self):
        return 1

    @step
    def start(self):
        self.score = self.score()
        self.next(self.end)

    @step
    def end(self):
        pass
