from flowc import FlowSpec, step
from company_flows import BaseFlow


class TrainFlow(BaseFlow, FlowSpec):
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
