import os

from flowc import FlowSpec, Parameter, step


class TrainFlow(FlowSpec):
    alpha = Parameter("alpha", default=0.1, required=bool(os.environ.get("STRICT")))

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
