from flowc import Config, FlowSpec, Parameter


class BaseFlow(FlowSpec):
    alpha = Parameter("alpha", default=0.1)
    model = Config("model", default_value={"name": "small"})
    LIMIT = 3
