from flowc import FlowSpec, step, trigger


@trigger(events=["", 3, {"name": 4}])
class TrainFlow(FlowSpec):
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
