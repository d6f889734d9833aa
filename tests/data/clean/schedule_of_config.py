from flowc import Config, FlowSpec, Parameter, config_expr, pypi_base, schedule, step, trigger


@schedule(cron=config_expr("when.cron"), timezone=config_expr("when.zone"))
@trigger(events=["a", {"name": "b", "parameters": {"alpha": "x"}}, {"name": "c", "parameters": ["alpha", ("beta-1", "y")]}])
class TrainFlow(FlowSpec):
    when = Config("when", default_value={"cron": "0 6 ? * MON *", "zone": "UTC"})
    alpha = Parameter("alpha", default=1)
    beta = Parameter("beta-1", type=float, default=1)
    gamma = Parameter("gamma", type=int, default="3")
    flag = Parameter("flag", type=bool, default="yes", required=False)
    items = Parameter("items", default="a,b", separator=",")
    deep = Parameter("deep", default=lambda context: 3, type=int)

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
