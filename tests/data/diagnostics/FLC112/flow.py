from flowc import FlowSpec, step


class TrainFlow(FlowSpec):
    @step
    async def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
