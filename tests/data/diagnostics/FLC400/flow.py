from flowc import FlowSpec, step


class TrainFlow(FlowSpec):
    @step
    def start(self):
        self.rounds = 0
        self.next(self.train)

    @step
    def train(self):
        self.rounds += 1
        self.more = self.rounds < 3
        self.next({True: self.train, False: self.end}, condition="more")

    @step
    def end(self):
        pass
