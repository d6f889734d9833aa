from flowc import FlowSpec, step


class TrainFlow(FlowSpec):
    @step
    def start(self):
        go = self.next
        go(self.end)

    @step
    def end(self):
        pass
