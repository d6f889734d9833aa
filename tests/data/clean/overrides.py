from flowc import FlowSpec, Parameter, step


class Common(FlowSpec):
    LIMIT = 1
    alpha = None

    def train(self):
        raise NotImplementedError

    @step
    def start(self):
        self.next(self.train)


class TrainFlow(Common):
    LIMIT = 2
    alpha = 3
    alpha = Parameter("alpha", default=alpha)

    @property
    def rate(self):
        return 1

    @rate.setter
    def rate(self, value):
        self.kept = value

    @step
    def train(self):
        self.next(self.end)

    @step
    def end(self):
        pass
