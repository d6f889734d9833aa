from flowc import FlowSpec, step


class TrainFlow(FlowSpec):
    @step
    def only(self):
        pass
