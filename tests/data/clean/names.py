from flowc import FlowSpec, Parameter, step


class TrainFlow(FlowSpec):
    learning_rate = Parameter("learning-rate", default=0.1)
    name_of_run = Parameter("Name", default="trial")
    _cache = None
    type: str

    @step
    def start(self):
        self.name = self.name_of_run
        self._cache = 1
        self.type = "x"
        self.inputs = [1]
        self.steps = ["train_2"]
        self.next(self.train_2)

    @step
    def train_2(self):
        self.next(self.end)

    @step
    def end(self):
        pass
