from base import BaseFlow
from flowc import step


class TrainFlow(BaseFlow):
    @step
    def start(self):
        self.alpha = 0.5
        del self.LIMIT
        self.next(self.end)

    @step
    def end(self):
        self.model = {}
