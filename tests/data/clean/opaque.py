from flowc import FlowSpec, step


def fill(flow):
    setattr(flow, "items", [1, 2])


class TrainFlow(FlowSpec):
    @step
    def start(self):
        fill(self)
        self.next(self.work, foreach="items")

    @step
    def work(self):
        self.next(self.join)

    @step
    def join(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        pass
