from flowc import FlowSpec, Parameter, catch, step


class TrainFlow(FlowSpec):
    problem = Parameter("problem", default="none")

    @catch(var="problem")
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
