from flowc import FlowSpec, card, step


class TrainFlow(FlowSpec):
    @card
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
