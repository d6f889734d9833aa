"""A flow of one step, which is start and end."""

from metaflow import FlowSpec, step


class SingleStep(FlowSpec):
    @step(start=True, end=True)
    def only(self):
        self.answer = 42


if __name__ == "__main__":
    SingleStep()
