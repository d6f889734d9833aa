from flowc import FlowSpec, step


class TrainFlow(FlowSpec):
    @step
    def start(self):
        pass
