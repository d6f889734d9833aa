from flowc import FlowSpec, environment, resources, step


class TrainFlow(FlowSpec):
    @resources(memory="four gigabytes")
    @environment(vars=["DEBUG=1"])
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
