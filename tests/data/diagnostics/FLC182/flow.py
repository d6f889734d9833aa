from flowc import FlowSpec, step, trigger


@trigger(events=[{"parameters": {}}, "table_loaded"])
class TrainFlow(FlowSpec):
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
