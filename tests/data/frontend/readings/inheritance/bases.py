from flowc import Config, FlowSpec, Parameter, project, retry, schedule, step


@schedule(daily=True)
class Root(FlowSpec):
    BASE_ALPHA = 0.25
    alpha = Parameter("alpha", default=0.5)
    beta = Parameter("beta", default=1)
    settings = Config("settings", default_value={"times": 4})

    @retry(times=settings.times)
    @step
    def start(self):
        self.next(self.load)

    @step
    def train(self):
        self.next(self.end)

    def helper(self):
        self.from_root = self.alpha

    def end(self):
        """Not a step here."""


@project(name="shared")
class Reporting(Root):
    @step
    def report(self):
        self.next(self.end)
