from flowc import FlowSpec, step, trigger_on_finish


@trigger_on_finish(flows=["LoadFlow", "LoadFlow"])
class TrainFlow(FlowSpec):
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
