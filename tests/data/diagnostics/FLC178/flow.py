from flowc import FlowSpec, schedule, step


@schedule(hourly=True, timezone="Europe/Berln")
class TrainFlow(FlowSpec):
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
