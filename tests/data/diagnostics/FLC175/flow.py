from flowc import FlowSpec, schedule, step


@schedule(cron="0 6 * * *", hourly=True)
class TrainFlow(FlowSpec):
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
