from flowc import FlowSpec, Parameter, step


class TrainFlow(FlowSpec):
    alpha = Parameter(input("name? "), default=0.1)

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
