from flowc import Config, FlowSpec, step


class TrainFlow(FlowSpec):
    sizes = Config("sizes", default_value="[1, 2, 3]")

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        print(self.sizes)
