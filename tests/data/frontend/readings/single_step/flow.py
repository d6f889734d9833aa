from flowc import FlowSpec, step


class Single(FlowSpec):
    @step
    def only(self):
        """One step."""
