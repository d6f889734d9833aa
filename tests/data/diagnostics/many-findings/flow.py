from flowc import FlowSpec, Parameter, retry, schedule, step


@schedule(cron="0 25 * * *", timezone="Mars/Base")
class TrainFlow(FlowSpec):
    tag = Parameter("tag", type=int, default="x")

    @retry(times=9, minutes=1)
    @step
    def start(self):
        self.tag = "日本語"; self.next(self.trian, foreach="model")

    @step
    def train(self):
        self.next(self.end)

    @step
    def end(self):
        self.train = 1
