from flowc import FlowMutator, FlowSpec, step


class add_retries(FlowMutator):
    def mutate(self, flow):
        for _, found in flow.steps:
            found.add_decorator("retry")


@add_retries
class TrainFlow(FlowSpec):
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
