"""Steps, parameters and decorators from a base and a mixin in another file."""

from metaflow import FlowSpec, Parameter, step

from shared_steps import Ending, Scaled


class Inherited(Scaled, Ending):
    offset = Parameter("offset", default=1)

    @step
    def start(self):
        self.value = self.scale(4) + self.offset
        self.next(self.end)


if __name__ == "__main__":
    Inherited()
