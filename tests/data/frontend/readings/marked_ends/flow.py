from flowc import FlowSpec, step

FIRST = True


class Marked(FlowSpec):
    @step(start=FIRST, node_info={"a": 1})
    def begin(self):
        self.next(self.finish)

    @step(end=True)
    def finish(self):
        pass
