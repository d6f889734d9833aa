"""Steps, Parameters, Configs and decorators from bases and mixins, here and in other files."""

from bases import Root, Reporting
from flowc import Parameter, resources, step, trigger
from mixins.loading import Loading


class Middle(Root):
    size = Parameter("size", default=2)

    @resources(cpu=2)
    @step
    def train(self):
        self.next(self.report)

    def helper(self):
        self.from_middle = 1


@trigger(event="rows")
class Inherits(Middle, Loading, Reporting):
    """The most derived class."""

    alpha = Parameter("alpha", default=Root.BASE_ALPHA * 2)

    @step
    def end(self):
        self.helper()
        super().helper()


if __name__ == "__main__":
    Inherits()
