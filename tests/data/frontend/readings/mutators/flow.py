"""Mutators rewrite the flow by running code."""

from flowc import FlowMutator, FlowSpec, StepMutator, step


class AddRetry(StepMutator):
    def mutate(self, mutable_step):
        pass


class Special(AddRetry):
    pass


class AddAll(FlowMutator):
    pass


@AddAll(x=1)
class Mutated(FlowSpec):
    @Special
    @step
    def start(self):
        self.next(self.end)

    @AddRetry()
    @step
    def end(self):
        pass
