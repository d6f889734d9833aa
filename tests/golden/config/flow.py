"""A Config read from a file and one given inline."""

from metaflow import Config, FlowSpec, config_expr, environment, step


class Configured(FlowSpec):
    model = Config("model", default="model.json")
    limits = Config("limits", default_value={"size": 3})

    @environment(vars={"MODEL_NAME": config_expr("model.name")})
    @step
    def start(self):
        import os

        self.label = os.environ["MODEL_NAME"]
        self.depth = self.model.tree.depth
        self.size = self.limits["size"]
        self.next(self.end)

    @step
    def end(self):
        self.again = self.model.name


if __name__ == "__main__":
    Configured()
